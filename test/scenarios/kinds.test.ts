import { KINDS } from './stories/kinds.ts'
import { tell } from './tell.ts'

tell('D. changes of kind', KINDS)
