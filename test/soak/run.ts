// A soak: `npm run soak -- [--seed N] [--minutes M] [--patience SECONDS]`. Real programs share one folder, people work in all its copies,
// programs are killed; in the end nothing is lost, nothing is back that was deleted, and all copies are equal. Exit status 1 when not.
import { createWriteStream, mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openStage, type Stage } from '../daemon/daemon-process.ts'
import { Dice } from '../sim/dice.ts'
import { People } from './actions.ts'
import { type Company, gather } from './company.ts'
import { comeToRest, everythingBelow, spoiltIn, treeOf } from './ending.ts'
import { contentsIn } from './known-file.ts'
import { Ledger } from './ledger.ts'
import { whyNoRenames } from './rename.ts'
import { Trouble } from './trouble.ts'
import { type Finding, judge } from './verdict.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '5' },
    patience: { type: 'string', default: '600' },
  },
})
/** On the terminal; the log has all. */
const MOST_TOLD = 25
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9))
const why = whyNoRenames()
if (why === undefined) process.exitCode = await soak()
else {
  console.log(`Nothing is soaked: ${why}.`)
  process.exitCode = 2
}

async function soak(): Promise<number> {
  await using stage = openStage()
  console.log(`seed ${seed}, ${values.minutes} minutes, in ${stage.root}`)
  const from = performance.now()
  const now = () => (performance.now() - from) / 1000
  const log = createWriteStream(stage.at('soak.log'))
  const write = (words: string) => void log.write(`${now().toFixed(2).padStart(8)} ${words}\n`)
  const tell = (words: string) => {
    write(words)
    console.log(`${now().toFixed(0).padStart(5)} s  ${words}`)
  }
  const faults = await worked(stage, { now, write, tell }).catch((error: Error): readonly string[] => [
    `the soak itself failed: ${error.stack ?? error.message}`,
  ])
  for (const words of faults) write(`FAULT ${words}`)
  for (const words of faults.slice(0, MOST_TOLD)) console.log(`FAULT ${words}`)
  if (faults.length > MOST_TOLD) console.log(`and ${faults.length - MOST_TOLD} more, in ${stage.at('soak.log')}`)
  tell(faults.length === 0 ? `GOOD, seed ${seed}` : `BAD, seed ${seed}: everything is kept in ${stage.root}`)
  if (faults.length > 0) stage.keep()
  return faults.length === 0 ? 0 : 1
}

interface Voice {
  now(): number
  /** Into the log. */
  write(words: string): void
  /** Into the log and onto the terminal. */
  tell(words: string): void
}

/** The whole run; resolves to what was wrong. */
async function worked(stage: Stage, { now, write, tell }: Voice): Promise<readonly string[]> {
  const company = await gather(stage, tell)
  const [ledger, dice, grave] = [new Ledger(), new Dice(seed), stage.at('grave')]
  mkdirSync(grave)
  const world = { seed, dice, ledger, places: company.places, grave, now, say: write }
  const [people, trouble] = [new People(world), new Trouble(company.servers, world)]
  tell(`${company.places.map(({ name }) => name).join(', ')} are there`)
  await live({ people, trouble, dice, company }, { now, write, tell })
  tell('nobody does anything any more')
  await trouble.calm()
  const unrest = await comeToRest(company, Number(values.patience), tell)
  for (const { id } of contentsIn(grave)) if (!ledger.wasEnded(id)) bury(ledger, id, now())
  const found = {
    trees: new Map(company.places.map(place => [place.name, treeOf(place)])),
    kept: everythingBelow(stage.root),
    spoilt: company.places.flatMap(spoiltIn),
    wasDisturbed: (name: string, at: number) => {
      const place = company.places.find(each => each.name === name)
      return trouble.wasAbout(name, at) || trouble.wasAbout(place?.keptBy ?? name, at)
    },
  }
  const findings = judge(ledger, found)
  summarise(ledger, findings, tell)
  return [...trouble.faults, ...unrest, ...findings.filter(isFault).map(({ words }) => words)]
}

interface Life {
  readonly people: People
  readonly trouble: Trouble
  readonly dice: Dice
  readonly company: Company
}

async function live({ people, trouble, dice, company }: Life, { now, write, tell }: Voice): Promise<void> {
  let isOver = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      isOver = true
    })
  const end = now() + Number(values.minutes) * 60
  let told = now()
  let burst = 0
  while (now() < end && !isOver) {
    people.act()
    await trouble.makeSome()
    burst -= 1
    if (burst <= 0) {
      burst = 1 + dice.below(30)
      await sleep(200 + dice.below(6000))
    } else await sleep(dice.below(300))
    if (now() < told + 60) continue
    told = now()
    tell(`${people.count} deeds`)
    for (const words of await approveAll(company)) write(`APPROVED ${words}`)
  }
}

async function approveAll({ daemons }: Company): Promise<readonly string[]> {
  const up = daemons.filter(({ isUp }) => isUp)
  // One that is just ending or starting is asked the next time.
  return (await Promise.all(up.map(daemon => daemon.approve().catch(() => [])))).flat()
}

/** Found in what people deleted, although it was not seen on the way: it was with what they deleted. */
function bury(ledger: Ledger, id: string, at: number): void {
  ledger.take(id, { at, place: 'grave', path: '', by: 'ending', words: 'came into the grave with others' })
}

function isFault({ weight }: Finding): boolean {
  return weight === 'fault'
}

function summarise(ledger: Ledger, findings: readonly Finding[], tell: (words: string) => void): void {
  const ids = [...ledger.ids()]
  const ended = ids.filter(id => ledger.wasEnded(id)).length
  tell(`${ids.length} contents were written, ${ended} of them deleted or replaced`)
  for (const finding of findings) if (!isFault(finding)) tell(`note: ${finding.words}`)
}
