// The service of the tests keeps the contract that the daemon's keeps.
import { expect, test } from 'vitest'
import { apiClient } from '../../src/api/client.ts'
import { listenOnSocket } from './listen.ts'
import { serviceContract } from './service-contract.ts'

serviceContract('the fake', async () => {
  const listening = await listenOnSocket()
  return { client: listening.client, [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose]() }
})

test('where nobody answers, the client says how to start the daemon', async () => {
  const client = apiClient({ at: { socketPath: '/nowhere/api.sock' }, token: 'x' })
  await expect(client.status()).rejects.toMatchObject({ code: 'not-running', message: /syncline start/ })
})

test('a wrong token is told as what it is', async () => {
  await using listening = await listenOnSocket()
  const client = apiClient({ at: { socketPath: listening.socketPath }, token: 'wrong' })
  await expect(client.status()).rejects.toMatchObject({ code: 'unauthenticated' })
})
