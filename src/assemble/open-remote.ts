// The other side, whatever kind it is: the kind of a server is found out, not asked.
import type { OpenedRemote, RemoteParts } from './opened-remote.ts'
import type { RemoteAddress } from './remote-address.ts'

export async function openRemote(
  address: RemoteAddress,
  parts: RemoteParts,
  signal: AbortSignal,
): Promise<OpenedRemote> {
  if (address.kind === 'directory') {
    const { openDirectory } = await import('./open-directory.ts')
    return openDirectory(address.path, parts)
  }
  const { openServer } = await import('./open-server.ts')
  return openServer(address.url, parts, signal)
}
