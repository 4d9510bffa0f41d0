import { MOVES } from './stories/moves.ts'
import { tell } from './tell.ts'

tell('B. moves and renames', MOVES)
