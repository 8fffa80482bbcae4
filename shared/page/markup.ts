const ARCHES = 'M4 28V15a12 12 0 0 1 24 0v13M10 28V16a6 6 0 0 1 12 0v12M16 28v-9'

const ICON = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke="#12806c" stroke-width="3" stroke-linecap="round"><path d="${ARCHES}"/></svg>`,
)}`

/**
 * The document around style and script, as it looks before the script has looked the invitation up. Takes both as source text that must
 * not contain their own end tag; puts no other value in.
 */
export const markup = (parts: { style: string; script: string }): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Your invitation – Atrium</title>
<link rel="icon" href="${ICON}">
<style>${parts.style}</style>
</head>
<body>
<header>
<svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true"><path d="${ARCHES}"/></svg>
Atrium
</header>
<main id="card" aria-busy="true">
<div id="mark" aria-hidden="true"></div>
<h1 id="title" tabindex="-1">Your invitation</h1>
<p id="lead">One moment, please…</p>
<noscript><p>This page needs JavaScript to show and accept an invitation. Allow it for this page, then open the link again.</p></noscript>
<p id="notice"></p>
<dl id="facts"></dl>
<div id="actions"></div>
<p id="hint"></p>
<p id="status" role="status" aria-live="polite"></p>
</main>
<footer>You did not expect this? Close the page: nothing happens unless you join.</footer>
<script>${parts.script}</script>
</body>
</html>
`
