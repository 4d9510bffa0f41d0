// Folders: set up, look after.
import * as v from 'valibot'
import { placeOf } from '../parse-path.ts'
import { topic } from '../route.ts'
import { Folder, FolderChange, FolderDraft, Settled } from '../shapes/folders.ts'
import { Ok, PlaceText } from '../shapes/shape.ts'
import { FolderStatus } from '../shapes/status.ts'
import { DONE, InFolder } from './parts.ts'

const route = topic('folders')

export const FOLDER_ROUTES = [
  route('GET /folders', {
    id: 'listFolders',
    summary: 'All folders with their remotes',
    answer: v.object({ folders: v.array(Folder) }),
    handle: async service => ({ folders: await service.folders.list() }),
  }),
  route('POST /folders', {
    id: 'addFolder',
    summary: 'Keep a directory of this machine in sync',
    body: FolderDraft,
    answer: Folder,
    status: 201,
    handle: (service, { body }) => service.folders.add(body),
  }),
  route('GET /folders/:folder', {
    id: 'getFolder',
    summary: 'One folder',
    params: InFolder,
    answer: Folder,
    handle: (service, { params }) => service.folders.get(params.folder),
  }),
  route('PATCH /folders/:folder', {
    id: 'changeFolder',
    summary: 'Change what is set for a folder',
    params: InFolder,
    body: FolderChange,
    answer: Folder,
    handle: (service, { params, body }) => service.folders.change(params.folder, body),
  }),
  route('DELETE /folders/:folder', {
    id: 'removeFolder',
    summary: 'No longer keep it in sync; its files stay where they are',
    params: InFolder,
    answer: Ok,
    handle: async (service, { params }) => {
      await service.folders.remove(params.folder)
      return DONE
    },
  }),
  route('GET /folders/:folder/status', {
    id: 'getFolderStatus',
    summary: 'How it is going in one folder',
    params: InFolder,
    answer: FolderStatus,
    handle: (service, { params }) => service.folders.status(params.folder),
  }),
  route('POST /folders/:folder/override', {
    id: 'overrideFolder',
    summary: 'Of a folder that only sends: all devices go to what is here',
    params: InFolder,
    answer: Settled,
    status: 202,
    handle: (service, { params }) => service.folders.override(params.folder),
  }),
  route('POST /folders/:folder/revert', {
    id: 'revertFolder',
    summary: 'Of a folder that only receives: what was changed here goes to the trash, and is as the devices have it',
    params: InFolder,
    answer: Settled,
    status: 202,
    handle: (service, { params }) => service.folders.revert(params.folder),
  }),
  route('POST /folders/:folder/pause', {
    id: 'pauseFolder',
    summary: 'Leave it alone until it is resumed',
    params: InFolder,
    answer: Ok,
    status: 202,
    handle: async (service, { params }) => {
      await service.folders.pause(params.folder)
      return DONE
    },
  }),
  route('POST /folders/:folder/resume', {
    id: 'resumeFolder',
    summary: 'Go on with a paused folder',
    params: InFolder,
    answer: Ok,
    status: 202,
    handle: async (service, { params }) => {
      await service.folders.resume(params.folder)
      return DONE
    },
  }),
  route('POST /folders/:folder/scan', {
    id: 'scanFolder',
    summary: 'Look at the disk now, at all of it or below one place',
    params: InFolder,
    body: v.strictObject({
      place: v.exactOptional(PlaceText),
      trust: v.exactOptional(v.picklist(['metadata', 'checksum'])),
    }),
    answer: Ok,
    status: 202,
    handle: async (service, { params, body }) => {
      await service.folders.scan(params.folder, placeOf(body.place), body.trust ?? 'metadata')
      return DONE
    },
  }),
]
