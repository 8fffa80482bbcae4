import { style } from '#shared/page/style.ts'

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] ?? '')

const fields = `
label{display:block;margin-top:1.25rem;font-weight:600}
label small{font-weight:400;color:var(--soft)}
input{display:block;width:100%;min-height:3rem;margin-top:.375rem;padding:.625rem .875rem;border:1px solid var(--line);border-radius:.75rem;background:var(--page);color:inherit;font:inherit}
input:focus-visible{outline:3px solid var(--accent);outline-offset:1px}
[role=alert]{margin-top:1.25rem;padding:.75rem 1rem;border-radius:.75rem;background:var(--bad-soft);color:var(--bad)}
form button{margin-top:1.5rem;width:100%}`

const page = (title: string, content: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – Atrium</title>
<link rel="icon" href="data:,">
<style>${style}${fields}</style>
</head>
<body>
<header>Atrium</header>
<main>
<h1>${title}</h1>
${content}
</main>
<footer>The local identity provider: any address signs in, without a password.</footer>
</body>
</html>
`

/** What the sign-in form shows: a prefilled e-mail address and name, and what was wrong with the last attempt. */
export interface SignInForm {
  readonly email?: string
  readonly name?: string
  readonly problem?: string
}

/**
 * The sign-in page asks for an e-mail address, and for a name from those who have none yet. It posts to its own address, without a script.
 */
export function signInPage({ email = '', name = '', problem }: SignInForm): string {
  return page(
    'Sign in',
    `${problem ? `<p role="alert" id="problem">${escaped(problem)}</p>` : ''}
<form method="post">
<label for="email">E-mail</label>
<input id="email" name="email" type="email" autocomplete="email" required autofocus value="${escaped(email)}"${problem ? ' aria-invalid="true" aria-describedby="problem"' : ''}>
<label for="name">Name <small>(optional)</small></label>
<input id="name" name="name" autocomplete="name" maxlength="100" value="${escaped(name)}">
<button>Sign in</button>
</form>`,
  )
}

/** The page for a sign-in that cannot continue. */
export const errorPage = (detail: string): string => page('Sign-in failed', `<p id="lead" role="alert">${escaped(detail)}</p>`)
