import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { deviceKeyOf } from '../../wire/bep/device-key.ts'
import { openState } from '../home/state-database.ts'
import { PendingStore } from './pending-store.ts'

const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const clean of cleanUps.splice(0).reverse()) clean()
})

const [ANNA, BEN] = [deviceKeyOf(Buffer.alloc(32, 1)), deviceKeyOf(Buffer.alloc(32, 2))]

function open(home = place()) {
  const state = openState(join(home, 'state.db'))
  cleanUps.push(() => state.close())
  return { store: new PendingStore(state), home }
}

function place(): string {
  const home = mkdtempSync(join(tmpdir(), 'syncline-pending-'))
  cleanUps.push(() => rmSync(home, { recursive: true }))
  return home
}

test('who waits and what is offered is known after a restart', () => {
  const { store, home } = open()
  const stranger = { device: ANNA, name: 'anna', address: 'tcp://192.0.2.1:1', at: 5 }
  expect(store.putStranger(stranger)).toBe(true)
  expect(store.putStranger({ ...stranger, at: 6 })).toBe(false)
  expect(store.putOffer({ device: BEN, folder: 'docs', label: 'Docs', at: 7 })).toBe(true)
  const again = open(home).store
  expect(again.strangers()).toEqual([stranger])
  expect(again.offers()).toEqual([{ device: BEN, folder: 'docs', label: 'Docs', at: 7 }])
})

test('what was answered waits no more, also after a restart', () => {
  const { store, home } = open()
  store.putStranger({ device: ANNA, name: '', address: '', at: 1 })
  store.putOffer({ device: BEN, folder: 'a', label: '', at: 1 })
  store.putOffer({ device: BEN, folder: 'b', label: '', at: 2 })
  store.removeStranger(ANNA)
  store.removeOffers(({ folder }) => folder === 'a')
  for (const { strangers, offers } of [store, open(home).store].map(one => ({
    strangers: one.strangers(),
    offers: one.offers(),
  }))) {
    expect(strangers).toEqual([])
    expect(offers.map(({ folder }) => folder)).toEqual(['b'])
  }
})

test('any number may call, a hundred are remembered', () => {
  const { store } = open()
  for (let n = 0; n < 200; n += 1) {
    const id = Buffer.alloc(32)
    id.writeUInt32BE(n)
    expect(store.putStranger({ device: deviceKeyOf(id), name: '', address: '', at: n })).toBe(n < 100)
  }
  expect(store.strangers()).toHaveLength(100)
})
