// When something is wrong: what, why, what to do, and what to send to somebody who may know.
import * as v from 'valibot'
import { topic } from '../route.ts'
import { SupportBundle, Trouble } from '../shapes/diagnosis.ts'

const route = topic('daemon')

export const DIAGNOSIS_ROUTES = [
  route('GET /problems', {
    id: 'listProblems',
    summary: 'What does not go as it should, by its cause, and what to do',
    answer: v.object({ problems: v.array(Trouble) }),
    handle: async service => ({ problems: await service.diagnosis.problems() }),
  }),
  route('GET /support', {
    id: 'support',
    summary: 'Settings, state and log for whoever is to help, without secrets',
    answer: SupportBundle,
    handle: service => service.diagnosis.support(),
  }),
]
