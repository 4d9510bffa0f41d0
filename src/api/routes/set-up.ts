// What is asked for while something is set up.
import * as v from 'valibot'
import { topic } from '../route.ts'
import { DirectoryListing, RemoteLogin, RemoteLoginDraft } from '../shapes/set-up.ts'
import { text } from '../shapes/shape.ts'

const route = topic('set-up')

export const SET_UP_ROUTES = [
  route('GET /directories', {
    id: 'listDirectories',
    summary: 'Directories of this machine to choose from; without a path those of the home directory',
    query: v.object({ path: v.exactOptional(text(4096, 1)) }),
    answer: DirectoryListing,
    handle: (service, { query }) => service.setUp.directories(query.path),
  }),
  route('POST /remote-logins', {
    id: 'beginRemoteLogin',
    summary: 'Begin a sign-in by browser at an ownCloud or Nextcloud',
    body: RemoteLoginDraft,
    answer: RemoteLogin,
    status: 201,
    handle: (service, { body, signal }) => service.setUp.beginLogin(body, signal),
  }),
  route('GET /remote-logins/:login', {
    id: 'getRemoteLogin',
    summary: 'Whether a sign-in was granted; asks the server',
    params: v.object({ login: text(200, 1) }),
    answer: RemoteLogin,
    handle: (service, { params, signal }) => service.setUp.login(params.login, signal),
  }),
]
