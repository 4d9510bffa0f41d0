// Paths of a folder as paths in a Git repository: names that Git keeps for itself get another one there.

/** `.git`, also as file systems read it that ignore case, dots and blanks at the end, or letters without width, and its short name. */
function isGitsOwn(name: string): boolean {
  const bare = name
    .normalize('NFKC')
    .replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '')
    .toLowerCase()
    .replace(/[. ]+$/, '')
  return bare === '.git' || bare === 'git~1' || /^(\.git|git~1)[\\:]/.test(bare)
}

const ESCAPED = /^%([0-9A-F]{2})/

/** One to one. */
export function toGitPath(path: string): string {
  return path.split('/').map(escaped).join('/')
}

function escaped(name: string): string {
  const first = Buffer.from([...name][0] ?? '')
  if (!isGitsOwn(name) && !ESCAPED.test(name)) return name
  const hex = [...first].map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
  return hex + [...name].slice(1).join('')
}

/** As fast-import reads it (git-fast-import(1), "<path>"): whatever is in it, it stays one path. */
export function quoted(path: string): string {
  const text = toGitPath(path).replace(/["\\\n]/g, each => (each === '\n' ? '\\n' : `\\${each}`))
  return `"${text}"`
}
