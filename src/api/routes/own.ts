// What an account of the host asks of its own files. Their bytes go through `own-content-routes.ts`.
import * as v from 'valibot'
import type { OwnService } from '../own-service.ts'
import { pathOf, placeOf } from '../parse-path.ts'
import { topic } from '../route.ts'
import { AppPassword, AppPasswordDraft, AppPasswordMade } from '../shapes/accounts.ts'
import { Deleted, Deletion, DirectoryDraft, Made, Move } from '../shapes/content.ts'
import { OwnAccount, OwnPage, OwnTrashPage, OwnVersionQuery, OwnVersions, TrashId } from '../shapes/own.ts'
import { Ok, PathText, text } from '../shapes/shape.ts'
import { BrowseQueryParts, browseQueryOf } from './browse.ts'
import { DONE, PageQuery, pageOf } from './parts.ts'

const route = topic<OwnService>('own files')

const ACCOUNT = [
  route('GET /me', {
    id: 'getOwnAccount',
    summary: 'Whose files these are, and how much room there is',
    answer: OwnAccount,
    handle: own => own.about(),
  }),
  route('GET /me/app-passwords', {
    id: 'listOwnAppPasswords',
    summary: 'One’s own app passwords, without the passwords',
    answer: v.object({ appPasswords: v.array(AppPassword) }),
    handle: async own => ({ appPasswords: await own.appPasswords() }),
  }),
  route('POST /me/app-passwords', {
    id: 'addOwnAppPassword',
    summary: 'Make an app password; it is told this once',
    body: AppPasswordDraft,
    answer: AppPasswordMade,
    status: 201,
    handle: (own, { body }) => own.addAppPassword(body.label),
  }),
  route('DELETE /me/app-passwords/:id', {
    id: 'removeOwnAppPassword',
    summary: 'Revoke an app password',
    params: v.object({ id: text(64, 1) }),
    answer: Ok,
    handle: async (own, { params }) => {
      await own.removeAppPassword(params.id)
      return DONE
    },
  }),
]

const FILES = [
  route('GET /me/browse', {
    id: 'browseOwn',
    summary: 'What is in a directory of one’s own files, granted folders among them',
    query: v.object(BrowseQueryParts),
    answer: OwnPage,
    handle: (own, { query, signal }) => own.list(placeOf(query.place), browseQueryOf(query), signal),
  }),
  route('POST /me/content/directory', {
    id: 'makeOwnDirectory',
    summary: 'Make a directory',
    body: DirectoryDraft,
    answer: Made,
    status: 201,
    handle: (own, { body, signal }) => own.makeDirectory(pathOf(body.path), signal),
  }),
  route('POST /me/content/move', {
    id: 'moveOwnContent',
    summary: 'Rename or move a file or directory',
    body: Move,
    answer: Made,
    handle: (own, { body: { from, to, replace = false, etag }, signal }) =>
      own.move({ from: pathOf(from), to: pathOf(to), replace, etag }, signal),
  }),
  route('POST /me/content/delete', {
    id: 'deleteOwnContent',
    summary: 'Move files and directories to the trash',
    body: Deletion,
    answer: Deleted,
    handle: (own, { body, signal }) => {
      const items = body.items.map(({ path, ...rest }) => ({ path: pathOf(path), ...rest }))
      return own.remove(items, signal)
    },
  }),
]

const PAST = [
  route('GET /me/trash', {
    id: 'listOwnTrash',
    summary: 'What was deleted, the newest first',
    query: v.object(PageQuery),
    answer: OwnTrashPage,
    handle: (own, { query }) => own.trash.list(pageOf(query)),
  }),
  route('POST /me/trash/restore', {
    id: 'restoreOwn',
    summary: 'Bring back what was deleted',
    body: v.strictObject({ id: TrashId }),
    answer: Made,
    handle: (own, { body }) => own.trash.restore(body.id),
  }),
  route('POST /me/trash/delete', {
    id: 'deleteOwnTrash',
    summary: 'Remove for good what is in the trash',
    body: v.strictObject({ id: TrashId }),
    answer: Ok,
    handle: async (own, { body }) => {
      await own.trash.remove(body.id)
      return DONE
    },
  }),
  route('POST /me/trash/empty', {
    id: 'emptyOwnTrash',
    summary: 'Remove for good all that was deleted from one’s home',
    answer: Ok,
    handle: async own => {
      await own.trash.empty()
      return DONE
    },
  }),
  route('GET /me/versions', {
    id: 'listOwnVersions',
    summary: 'The older versions of a file, the newest first',
    query: v.object({ path: PathText }),
    answer: OwnVersions,
    handle: (own, { query }) => own.versions.list(pathOf(query.path)),
  }),
  route('POST /me/versions/restore', {
    id: 'restoreOwnVersion',
    summary: 'Make an older version the current one',
    body: v.strictObject(OwnVersionQuery),
    answer: Made,
    handle: (own, { body }) => own.versions.restore(pathOf(body.path), body.version),
  }),
]

/** Each is one call of the service of the account that asks. */
export const OWN_ROUTES = [...ACCOUNT, ...FILES, ...PAST]
