// Which addresses are for whoever has an account on the host, not for the administration.

export function isOwnPath(path: string): boolean {
  return path === '/files' || path.startsWith('/files/')
}
