// A server that answers by the API over the fake service, on a socket in the file system, and a client of it.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiClient, type ServiceClient } from '../../src/api/client.ts'
import { type OpenedApi, openApi, TOKEN } from './open-api.ts'

export interface ListeningApi extends AsyncDisposable {
  readonly opened: OpenedApi
  readonly client: ServiceClient
  readonly socketPath: string
  /** A directory for the test, removed afterwards. */
  readonly directory: string
}

export async function listenOnSocket(): Promise<ListeningApi> {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-api-'))
  const socketPath = join(directory, 'api.sock')
  const opened = await openApi()
  const server = createServer(opened.api.listener)
  await new Promise<void>(resolve => server.listen(socketPath, resolve))
  return {
    ...{ opened, directory, socketPath, client: apiClient({ at: { socketPath }, token: TOKEN }) },
    [Symbol.asyncDispose]: async () => {
      await opened.api.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
