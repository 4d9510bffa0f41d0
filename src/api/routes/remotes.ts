// Remotes of a folder: set up, look after, see what a run would do.
import * as v from 'valibot'
import { topic } from '../route.ts'
import { PlanPreview } from '../shapes/plans.ts'
import { Remote, RemoteAdded, RemoteChange, RemoteDraft, RemoteFound } from '../shapes/remotes.ts'
import { Ok } from '../shapes/shape.ts'
import { DONE, InFolder, InRemote, queryNumber } from './parts.ts'

const route = topic('remotes')

export const REMOTE_ROUTES = [
  route('GET /folders/:folder/remotes', {
    id: 'listRemotes',
    summary: 'The remotes of a folder',
    params: InFolder,
    answer: v.object({ remotes: v.array(Remote) }),
    handle: async (service, { params }) => ({ remotes: await service.remotes.list(params.folder) }),
  }),
  route('POST /folders/:folder/remotes', {
    id: 'addRemote',
    summary: 'Make contact, and keep the folder in sync with it from now on',
    params: InFolder,
    body: RemoteDraft,
    answer: RemoteAdded,
    status: 201,
    handle: (service, { params, body, signal }) => service.remotes.add(params.folder, body, signal),
  }),
  route('POST /folders/:folder/remote-test', {
    id: 'testRemote',
    summary: 'Make contact and tell what was found; nothing is kept',
    params: InFolder,
    body: RemoteDraft,
    answer: RemoteFound,
    handle: (service, { params, body, signal }) => service.remotes.test(params.folder, body, signal),
  }),
  route('GET /folders/:folder/remotes/:remote', {
    id: 'getRemote',
    summary: 'One remote',
    params: InRemote,
    answer: Remote,
    handle: (service, { params }) => service.remotes.get(params.folder, params.remote),
  }),
  route('PATCH /folders/:folder/remotes/:remote', {
    id: 'changeRemote',
    summary: 'Change what is set for a remote',
    params: InRemote,
    body: RemoteChange,
    answer: Remote,
    handle: (service, { params, body }) => service.remotes.change(params.folder, params.remote, body),
  }),
  route('DELETE /folders/:folder/remotes/:remote', {
    id: 'removeRemote',
    summary: 'Forget it and what was agreed with it; nothing is deleted on either side',
    params: InRemote,
    answer: Ok,
    handle: async (service, { params }) => {
      await service.remotes.remove(params.folder, params.remote)
      return DONE
    },
  }),
  route('POST /folders/:folder/remotes/:remote/pause', {
    id: 'pauseRemote',
    summary: 'Leave it alone until it is resumed',
    params: InRemote,
    answer: Ok,
    status: 202,
    handle: async (service, { params }) => {
      await service.remotes.pause(params.folder, params.remote)
      return DONE
    },
  }),
  route('POST /folders/:folder/remotes/:remote/resume', {
    id: 'resumeRemote',
    summary: 'Go on with a paused remote',
    params: InRemote,
    answer: Ok,
    status: 202,
    handle: async (service, { params }) => {
      await service.remotes.resume(params.folder, params.remote)
      return DONE
    },
  }),
  route('POST /folders/:folder/remotes/:remote/sync', {
    id: 'syncRemote',
    summary: 'Look at everything on both sides now',
    params: InRemote,
    answer: Ok,
    status: 202,
    handle: async (service, { params }) => {
      await service.remotes.sync(params.folder, params.remote)
      return DONE
    },
  }),
  route('GET /folders/:folder/remotes/:remote/plan', {
    id: 'previewPlan',
    summary: 'What a run would do now, and why',
    params: InRemote,
    query: v.object({ limit: queryNumber(1, 10_000, 1000) }),
    answer: PlanPreview,
    handle: (service, { params, query, signal }) =>
      service.remotes.preview(params.folder, params.remote, query.limit, signal),
  }),
]
