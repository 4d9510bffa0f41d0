import { CHANGING } from './stories/changing.ts'
import { tell } from './tell.ts'

tell('J. files that change under us', CHANGING)
