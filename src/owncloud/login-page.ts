// The page on which a person lets an app in: plain HTML, no script, nothing from elsewhere.
import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { answer } from './answer.ts'

export interface GrantForm {
  readonly action: string
  /** What the app calls itself. */
  readonly label: string
  readonly formToken: string
  /** As entered before. */
  readonly name: string
  /** A sentence on why it has to be entered again. */
  readonly complaint?: string
}

export function showGrantForm(response: ServerResponse, status: number, form: GrantForm, headers = {}): void {
  const complaint = form.complaint === undefined ? '' : `<p class="no" role="alert">${escapeHtml(form.complaint)}</p>`
  show(
    response,
    status,
    'Let an app in',
    `<p>This app wants to read and change your files:</p><p class="app">${escapeHtml(form.label)}</p>
<p>Go on only if you have just started to sign in with it yourself.</p>${complaint}
<form method="post" action="${escapeHtml(form.action)}">
<input type="hidden" name="form_token" value="${escapeHtml(form.formToken)}">
<label>Name<input name="user" value="${escapeHtml(form.name)}" autocomplete="username" autocapitalize="none" maxlength="255" required></label>
<label>Password<input name="password" type="password" autocomplete="current-password" maxlength="1024" required></label>
<p class="do"><button name="decision" value="grant">Let it in</button>
<button name="decision" value="deny" formnovalidate>Do not</button></p></form>`,
    headers,
  )
}

export function showSentence(response: ServerResponse, status: number, sentence: string): void {
  show(response, status, 'Syncline', `<p>${escapeHtml(sentence)}</p>`)
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f3f5f4;color:#1b2423}
main{max-width:26rem;margin:8vh auto;padding:1.5rem 2rem;background:#fff;border:1px solid #d5dcda;border-radius:.5rem}
h1{font-size:1.25rem;margin:.25rem 0 1rem}label{display:block;margin:.75rem 0;font-weight:600}
input{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.45rem;margin-top:.2rem;border:1px solid #82908d;border-radius:.25rem}
.app{font-weight:600;overflow-wrap:anywhere}.no{color:#9c1c1c}.do{display:flex;gap:.75rem}
button{font:inherit;padding:.5rem 1rem;border:1px solid #1f6f78;border-radius:.25rem;background:#fff;color:#1f6f78}
button[value=grant]{background:#1f6f78;color:#fff}
@media(prefers-color-scheme:dark){body{background:#151a19;color:#e4eae8}main{background:#1e2524;border-color:#3a4543}
input{background:#151a19;color:inherit}.no{color:#ff9a9a}button{background:#1e2524;color:#7cc7d0;border-color:#7cc7d0}button[value=grant]{background:#7cc7d0;color:#10201f}}`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')
// `nc:` is where the older way of signing in sends the browser of a phone at its end.
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self' nc:; frame-ancestors 'none'; base-uri 'none'`

function show(response: ServerResponse, status: number, title: string, content: string, headers = {}): void {
  const body = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main><h1>${escapeHtml(title)}</h1>${content}</main></body></html>
`
  const plain = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': POLICY }
  answer(response, status, { ...plain, ...headers }, body)
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
