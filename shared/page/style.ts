/** The style of the invitation page: system font, light and dark, one column that fits any width, targets of 48 px. */
export const style = `
:root{color-scheme:light dark;--page:#f3f5f4;--glow:#dcefe9;--card:#fff;--line:#dde3e1;--edge:#b4c1bc;--text:#14201d;--soft:#56655f;--accent:#0d705e;--press:#0a5a4b;--on:#fff;--bad:#b3261e;--bad-soft:#fbeae8;--note:#fdf3dc;--note-text:#694800;--shade:0 1px 2px #0b1f1a14,0 12px 40px #0b1f1a1a}
@media (prefers-color-scheme:dark){:root{--page:#0e1413;--glow:#12312b;--card:#171f1d;--line:#2c3835;--edge:#4a5a55;--text:#ecf2f0;--soft:#9db0aa;--accent:#5ed1b9;--press:#86e2ce;--on:#04211b;--bad:#ff9d94;--bad-soft:#3a1d1a;--note:#33290f;--note-text:#f2d58b;--shade:0 1px 2px #0006,0 16px 48px #0007}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{min-height:100vh;min-height:100svh;margin:0;padding:max(2rem,6vh) 1rem 2rem;display:flex;flex-direction:column;align-items:center;gap:1.5rem;background:radial-gradient(60rem 32rem at 50% -10rem,var(--glow),transparent) no-repeat var(--page);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
header{display:flex;align-items:center;gap:.5rem;font-weight:650;font-size:1.125rem;letter-spacing:-.01em}
svg{fill:none;stroke:var(--accent);stroke-width:2.5;stroke-linecap:round}
main{width:100%;max-width:27rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:1.25rem;box-shadow:var(--shade);overflow-wrap:anywhere}
#mark{display:grid;place-items:center;width:3.5rem;height:3.5rem;margin-bottom:1.25rem;border-radius:1rem;background:var(--accent);color:var(--on);font-size:1.625rem;font-weight:650;line-height:1}
[aria-busy] #mark{border-radius:50%;border:4px solid var(--line);border-top-color:var(--accent);background:none;animation:turn 1s linear infinite}
[data-tone=good] #mark{border-radius:50%}
[data-tone=bad] #mark{background:var(--bad-soft);color:var(--bad)}
[data-tone=calm] #mark{background:var(--page);color:var(--soft)}
h1{margin:0;font-size:1.625rem;line-height:1.2;font-weight:700;letter-spacing:-.02em;text-wrap:balance}
h1:focus{outline:none}
.as{display:block;margin-top:.375rem;font-size:1rem;font-weight:500;letter-spacing:0}
p{margin:0}
#lead{margin-top:.75rem;color:var(--soft)}
#lead bdi{color:var(--text);font-weight:600}
noscript p{margin-top:1rem}
#notice{margin-top:1.25rem;padding:.75rem 1rem;border-radius:.75rem;background:var(--note);color:var(--note-text)}
dl{margin:1.5rem 0 0;border-top:1px solid var(--line)}
dt{padding-top:.75rem;font-size:.8125rem;color:var(--soft)}
dd{margin:0;padding-bottom:.75rem;border-bottom:1px solid var(--line)}
#actions{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.5rem}
button,.button{flex:1 1 100%;display:flex;align-items:center;justify-content:center;gap:.625rem;min-height:3rem;padding:.625rem 1.25rem;border:1px solid transparent;border-radius:.75rem;background:var(--accent);color:var(--on);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer;overflow-wrap:anywhere;touch-action:manipulation}
button:hover,.button:hover{background:var(--press)}
.quiet{flex:1 1 auto;background:none;border-color:var(--edge);color:var(--text)}
.quiet:hover{background:var(--page)}
.danger{background:none;border-color:var(--bad);color:var(--bad)}
.danger:hover{background:var(--bad-soft)}
button:focus-visible,.button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
button:disabled{cursor:default;opacity:.55}
button.busy{opacity:1}
.busy::before{content:"";width:1rem;height:1rem;border-radius:50%;border:2px solid;border-right-color:transparent;animation:turn .8s linear infinite}
#hint{text-wrap:balance;margin-top:1rem;font-size:.875rem;color:var(--soft);text-align:center}
footer{max-width:27rem;text-wrap:balance;font-size:.8125rem;color:var(--soft);text-align:center}
:is(#notice,#facts,#actions,#hint,.as):empty,[data-tone]:not([data-tone=""])+footer{display:none}
#status{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@keyframes turn{to{transform:rotate(1turn)}}
@media (prefers-reduced-motion:reduce){*{animation-duration:6s!important}}
@media (scripting:none){#mark,#lead{display:none}}
@media (max-width:30rem){body{padding-top:1.25rem;gap:1rem}main{padding:1.5rem}}
`.trim()
