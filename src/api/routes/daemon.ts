// The daemon as a whole: how it is going, what waits for a yes, what is on its way, settings, log.
import * as v from 'valibot'
import { topic } from '../route.ts'
import { About } from '../shapes/about.ts'
import { Brake } from '../shapes/brakes.ts'
import { ConfigView, SettingsChange } from '../shapes/config.ts'
import { LogLevel, LogLine } from '../shapes/logs.ts'
import { Ok, text } from '../shapes/shape.ts'
import { Status } from '../shapes/status.ts'
import { Transfers } from '../shapes/transfers.ts'
import { DONE, queryNumber } from './parts.ts'

const route = topic('daemon')

export const DAEMON_ROUTES = [
  route('GET /about', {
    id: 'about',
    summary: 'Version and where it runs',
    answer: About,
    handle: service => service.about(),
  }),
  route('GET /status', {
    id: 'status',
    summary: 'How everything is going',
    answer: Status,
    handle: service => service.status(),
  }),
  route('GET /brakes', {
    id: 'listBrakes',
    summary: 'Plans that look like an accident, and wait for a yes',
    answer: v.object({ brakes: v.array(Brake) }),
    handle: async service => ({ brakes: await service.brakes.list() }),
  }),
  route('POST /brakes/approve', {
    id: 'approveBrake',
    summary: 'Let a plan through once; refused when it is another one than was seen',
    body: v.strictObject({ brake: text(200, 1) }),
    answer: Ok,
    status: 202,
    handle: async (service, { body }) => {
      await service.brakes.approve(body.brake)
      return DONE
    },
  }),
  route('POST /brakes/restore', {
    id: 'restoreBraked',
    summary: 'In place of a held plan, merge both sides as if for the first time: what is missing comes back',
    body: v.strictObject({ brake: text(200, 1) }),
    answer: Ok,
    status: 202,
    handle: async (service, { body }) => {
      await service.brakes.restore(body.brake)
      return DONE
    },
  }),
  route('GET /transfers', {
    id: 'transfers',
    summary: 'Files on their way',
    answer: Transfers,
    handle: service => service.transfers(),
  }),
  route('GET /config', {
    id: 'readConfig',
    summary: 'Settings of the daemon, and what is wrong with its file',
    answer: ConfigView,
    handle: service => service.config.read(),
  }),
  route('PATCH /config', {
    id: 'changeConfig',
    summary: 'Change settings; comments in the file stay',
    body: SettingsChange,
    answer: ConfigView,
    handle: (service, { body }) => service.config.change(body),
  }),
  route('POST /host/restored', {
    id: 'hostRestored',
    summary: 'The host was brought back from a backup: apps keep what is newer with them',
    answer: Ok,
    status: 202,
    handle: async service => {
      await service.host.restored()
      return DONE
    },
  }),
  route('GET /log', {
    id: 'log',
    summary: 'The newest lines of the log, oldest first',
    query: v.object({ level: v.exactOptional(LogLevel), limit: queryNumber(1, 1000, 200) }),
    answer: v.object({ lines: v.array(LogLine) }),
    handle: async (service, { query }) => ({
      lines: await service.log({ level: query.level ?? 'info', limit: query.limit }),
    }),
  }),
]
