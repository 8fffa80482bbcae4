/** The style of the reference: system font, light and dark; the navigation is on top, or at the side if there is room. */
export const style = `
:root{color-scheme:light dark;--page:#fff;--soft:#f3f5f4;--line:#dde3e1;--text:#14201d;--faint:#56655f;--accent:#0d705e;--red:#b3261e}
@media (prefers-color-scheme:dark){:root{--page:#0e1413;--soft:#171f1d;--line:#2c3835;--text:#ecf2f0;--faint:#9db0aa;--accent:#5ed1b9;--red:#ff9d94}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{max-width:76rem;margin:0 auto;padding:1rem;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
a{color:var(--accent);text-decoration-thickness:1px;text-underline-offset:.15em}
:is(h3,nav) a{text-decoration:none}
a:hover{text-decoration:underline}
:is(a,summary):focus-visible{outline:2px solid var(--accent);outline-offset:2px}
h1{margin:0;font-size:1.75rem}
h1 small{color:var(--faint);font-weight:400;font-size:1rem}
h2{margin:2.5rem 0 1rem;font-size:1.375rem}
h3{margin:0;font-size:1.125rem}
h4{margin:1.25rem 0 .25rem;font-size:.875rem}
p{margin:.375rem 0}
code,pre{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{margin:.5rem 0;padding:.75rem;background:var(--soft);border-radius:.5rem;white-space:pre-wrap}
dl,ul{margin:.25rem 0;padding:0}
li{list-style:none}
dt{padding-top:.375rem}
dd{margin:0;padding-bottom:.375rem;border-bottom:1px solid var(--line);color:var(--faint)}
dd dl{margin-left:.75rem;color:var(--text)}
dd dl>dd:last-child{border-bottom:0}
.type,small,i{color:var(--faint);font-size:.875rem}
.operation{margin:1rem 0;padding:1rem;border:1px solid var(--line);border-radius:.75rem}
.operation:target{border-color:var(--accent)}
.route{padding:.375rem .75rem;background:var(--soft);border-radius:.5rem}
.route b{color:var(--accent);font-size:.875rem}
.route .DELETE{color:var(--red)}
summary{cursor:pointer}
nav{margin-top:1rem;padding:.5rem 0;border-block:1px solid var(--line)}
nav :is(a,summary){display:block;padding:.25rem 0}
nav summary{font-weight:600}
nav details a{padding-left:1rem;font-size:.9375rem}
@media (min-width:60rem){body{display:grid;grid-template-columns:15rem minmax(0,1fr);gap:0 2.5rem}header{grid-column:1/-1}nav{position:sticky;top:0;align-self:start;max-height:100vh;overflow:auto;border:0}nav details::details-content{content-visibility:visible;height:auto}h2:first-child{margin-top:1.5rem}}
`.trim()
