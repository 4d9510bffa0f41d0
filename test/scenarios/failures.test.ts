import { FAILURES } from './stories/failures.ts'
import { tell } from './tell.ts'

tell('I. servers that fail', FAILURES)
