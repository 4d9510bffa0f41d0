// What helps to understand a failure that came once, on a machine that nobody can look at any more.
import { onTestFailed, TestRunner } from 'vitest'

/** When the test that runs fails, `tell` is asked for a text, and that is printed. Nothing outside of a test. */
export function tellWhenFailed(tell: () => string): void {
  if (TestRunner.getCurrentTest() === undefined) return
  onTestFailed(() => console.error(tell()))
}
