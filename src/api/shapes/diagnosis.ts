// What does not go as it should, by its cause and with what to do, and everything that helps somebody else to find out why.
import * as v from 'valibot'
import { LogLine } from './logs.ts'
import { Count, Id, Sentence, type Shape, Time } from './shape.ts'

/** Everything that has one cause at one place. */
export const Trouble = v.object({
  /** The same as long as it is the same. */
  id: v.string(),
  /** `stopped`: nothing goes on there. `some`: everything but these paths does. `notice`: only to be known. */
  severity: v.picklist(['stopped', 'some', 'notice']),
  /** A code of an error, a rule, `brake`, `conflict`, `config`, `watching`, or `home`: what the daemon keeps of its own. */
  cause: v.string(),
  folder: v.exactOptional(Id),
  remote: v.exactOptional(Id),
  /** What is wrong. */
  sentence: Sentence,
  /** What to do about it. */
  advice: Sentence,
  /** How many paths. */
  count: Count,
  /** The first of them. */
  paths: v.array(v.object({ path: v.string(), reason: Sentence, nextTryAt: v.exactOptional(Time) })),
  nextTryAt: v.exactOptional(Time),
})
export type Trouble = Shape<typeof Trouble>

/** Without passwords, keys and tokens; with the names of folders, devices and files that are in trouble. */
export const SupportBundle = v.object({
  at: Time,
  about: v.looseObject({}),
  system: v.record(v.string(), v.union([v.string(), v.number()])),
  /** `config.yaml`, and what is wrong with it. */
  config: v.string(),
  configProblems: v.array(v.string()),
  status: v.looseObject({}),
  problems: v.array(Trouble),
  log: v.array(LogLine),
  /** As Prometheus reads them. */
  metrics: v.string(),
})
export type SupportBundle = Shape<typeof SupportBundle>
