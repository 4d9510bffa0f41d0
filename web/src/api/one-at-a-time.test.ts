import { expect, test } from 'vitest'
import { oneAtATime } from './one-at-a-time.ts'

test('what is asked while an answer is awaited is asked once more, after it', async () => {
  const { asked, answer, ask } = questions()
  const first = ask()
  const [second, third] = [ask(), ask()]
  expect(asked()).toBe(1)
  answer()
  await first
  await Promise.resolve()
  expect(asked()).toBe(2)
  answer()
  await Promise.all([second, third])
  expect(asked()).toBe(2)
})

test('a question that fails fails alone: the next is asked', async () => {
  const { asked, answer, ask } = questions()
  const first = ask()
  const second = ask()
  answer(new Error('gone'))
  await expect(first).rejects.toThrow('gone')
  await Promise.resolve()
  answer()
  await second
  const third = ask()
  answer()
  await third
  expect(asked()).toBe(3)
})

function questions() {
  const open: { resolve: () => void; reject: (error: Error) => void }[] = []
  let count = 0
  return {
    asked: () => count,
    answer: (error?: Error) => {
      const question = open.shift()
      if (question === undefined) throw new Error('nothing is asked')
      if (error === undefined) question.resolve()
      else question.reject(error)
    },
    ask: oneAtATime(() => {
      count += 1
      return new Promise((resolve, reject) => void open.push({ resolve, reject }))
    }),
  }
}
