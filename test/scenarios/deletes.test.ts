import { DELETES } from './stories/deletes.ts'
import { tell } from './tell.ts'

tell('C. deletes against other things', DELETES)
