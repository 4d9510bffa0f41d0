import { expect, test } from 'vitest'
import type { Answer, Ask, MappedPort } from './ask-router.ts'
import { type OpenPort, PortMapping } from './port-mapping.ts'

/** A router with a table of its own, and time that passes when the test says so. */
class Neighbourhood {
  readonly asked: Ask[] = []
  readonly log: string[] = []
  readonly table = new Map<number, MappedPort>()
  changes = 0
  place = 'at home'
  answer: (ask: Extract<Ask, { want: 'map' }>) => Answer = ({ port }) => ({ mapped: at('203.0.113.7', port) })
  #sleepers: (() => void)[] = []

  readonly world = {
    clock: {
      now: () => 0,
      sleep: (_: number, signal: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          const stop = () => reject(signal.reason)
          signal.addEventListener('abort', stop)
          this.#sleepers.push(() => {
            signal.removeEventListener('abort', stop)
            resolve()
          })
        }),
    },
    log: (_: string, message: string) => void this.log.push(message),
  }

  mapping(listening: OpenPort | 'nowhere' = { host: '', port: 22_000 }): PortMapping {
    return new PortMapping({
      world: this.world,
      ask: async ask => this.#ask(ask),
      place: () => this.place,
      listening: () => (listening === 'nowhere' ? undefined : listening),
      onChange: () => {
        this.changes += 1
      },
    })
  }

  async minutes(count: number): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      await rest()
      for (const wake of this.#sleepers.splice(0)) wake()
    }
    await rest()
  }

  #ask(ask: Ask): Answer {
    this.asked.push(ask)
    if (ask.want === 'unmap') {
      this.table.delete(ask.mapped.externalPort)
      return { why: '' }
    }
    const answer = this.answer(ask)
    if ('mapped' in answer) this.table.set(answer.mapped.externalPort, answer.mapped)
    return answer
  }
}

function at(externalHost: string, port: number): MappedPort {
  return { by: 'upnp', router: 'http://192.168.1.1/', port, externalHost, externalPort: port }
}

/** Until everything has happened that needs no time. */
const rest = () => new Promise(resolve => setImmediate(resolve))

test('a port that is mapped is told with the address outside, and again when that changes', async () => {
  const here = new Neighbourhood()
  const mapping = here.mapping()
  mapping.start()
  expect(mapping.state).toEqual({ state: 'looking' })
  await rest()
  expect(mapping.state).toEqual({ state: 'mapped', by: 'upnp', address: 'tcp://203.0.113.7:22000' })
  expect(mapping.addresses()).toEqual(['tcp://203.0.113.7:22000'])
  expect(here.changes).toBe(1)
  here.answer = ({ port }) => ({ mapped: at('203.0.113.8', port) })
  await here.minutes(20)
  expect(mapping.addresses()).toEqual(['tcp://203.0.113.8:22000'])
  expect(here.changes).toBe(2)
  await mapping.stop()
})

test('what is mapped is asked for again long before routers forget it, and told once', async () => {
  const here = new Neighbourhood()
  const mapping = here.mapping()
  mapping.start()
  await here.minutes(19)
  expect(here.asked).toHaveLength(1)
  await here.minutes(1)
  expect(here.asked).toHaveLength(2)
  await here.minutes(20)
  expect(here.asked).toHaveLength(3)
  expect(here.log).toHaveLength(1)
  expect(here.changes).toBe(1)
  await mapping.stop()
})

test('a machine that comes to another network asks the router there', async () => {
  const here = new Neighbourhood()
  const mapping = here.mapping()
  mapping.start()
  await here.minutes(3)
  expect(here.asked).toHaveLength(1)
  here.place = 'elsewhere'
  await here.minutes(1)
  expect(here.asked).toHaveLength(2)
  await mapping.stop()
})

test('what is mapped is taken back at the end', async () => {
  const here = new Neighbourhood()
  const mapping = here.mapping()
  mapping.start()
  await rest()
  expect(here.table.size).toBe(1)
  await mapping.stop()
  expect(here.table.size).toBe(0)
})

test('a router that answers no more is one line in the log, and is asked again', async () => {
  const here = new Neighbourhood()
  const mapping = here.mapping()
  mapping.start()
  await rest()
  const good = here.answer
  here.answer = () => ({ why: '' })
  await here.minutes(24)
  expect(here.asked).toHaveLength(6)
  expect(mapping.state).toEqual({ state: 'not-mapped', fault: 'No router here maps ports by UPnP or NAT-PMP.' })
  expect(mapping.addresses()).toEqual([])
  expect(here.log).toHaveLength(2)
  here.answer = good
  await here.minutes(1)
  expect(mapping.state).toMatchObject({ state: 'mapped' })
  await mapping.stop()
})

test('a router that is itself behind another is no way in', async () => {
  const here = new Neighbourhood()
  here.answer = ({ port }) => ({ mapped: at('100.64.3.4', port) })
  const mapping = here.mapping()
  mapping.start()
  await rest()
  expect(mapping.state).toMatchObject({ state: 'not-mapped', fault: expect.stringContaining('100.64.3.4') })
  expect(mapping.addresses()).toEqual([])
  await mapping.stop()
  expect(here.table.size).toBe(0)
})

test('nothing is asked where nobody but this machine can call', async () => {
  const here = new Neighbourhood()
  const mapping = here.mapping('nowhere')
  mapping.start()
  expect(mapping.state).toEqual({ state: 'off' })
  await mapping.stop()
  expect(here.asked).toEqual([])
})
