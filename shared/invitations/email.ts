import { escapeHtml, inertText } from '../domain/inert-text.ts'
import type { Role } from '../domain/roles.ts'
import type { Email } from '../mail/ses.ts'

interface InvitationEmail {
  readonly to: string
  readonly workspaceName: string
  readonly inviterName: string
  readonly role: Role
  readonly link: string
  /** ISO 8601. */
  readonly expiresAt: string
}

const readable = (moment: string): string => `${moment.slice(0, 16).replace('T', ' ')} UTC`

/** The invitation e-mail. Nothing that a person typed is in the subject, and in the body it is inert. */
export function invitationEmail({ to, workspaceName, inviterName, role, link, expiresAt }: InvitationEmail): Email {
  const [workspace, inviter] = [inertText(workspaceName), inertText(inviterName)]
  const until = readable(expiresAt)
  const asRole = role === 'admin' ? 'an admin' : `a ${role}`
  const text = [
    `${inviter} has invited you to join the workspace "${workspace}" as ${asRole}.`,
    `To accept, open this link and sign in with the e-mail address that received this message:\n${link}`,
    `The link works once, until ${until}. If you were not expecting this invitation, you can ignore this message.`,
  ].join('\n\n')
  return { to, subject: 'You are invited to join a workspace', text: `${text}\n`, html: html({ workspace, inviter, asRole, link, until }) }
}

function html(parts: { workspace: string; inviter: string; asRole: string; link: string; until: string }): string {
  const { workspace, inviter, asRole, link, until } = Object.fromEntries(
    Object.entries(parts).map(([name, text]) => [name, escapeHtml(text)]),
  ) as typeof parts
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no"><title>Invitation</title></head>
<body style="margin:0;padding:24px;background:#f4f4f7;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:#1c1c28">
<div style="max-width:480px;margin:0 auto;padding:32px;background:#fff;border-radius:12px">
<h1 style="margin:0 0 16px;font-size:20px">You are invited</h1>
<p style="margin:0 0 24px">${inviter} has invited you to join the workspace <strong>${workspace}</strong> as ${asRole}.</p>
<p style="margin:0 0 24px"><a href="${link}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#4338ca;color:#fff;text-decoration:none;font-weight:600">Open the invitation</a></p>
<p style="margin:0;font-size:14px;color:#5b5b6b">Sign in with the e-mail address that received this message. The link works once, until ${until}. If you were not expecting this invitation, you can ignore this message.</p>
</div>
</body>
</html>
`
}
