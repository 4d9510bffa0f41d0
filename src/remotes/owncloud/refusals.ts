// What a refusal by these servers means, where it means more than its status.
import { SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import { parseErrorBody } from '../../wire/dav/error-body.ts'
import { faultOf } from '../http/faults.ts'
import type { HttpAnswer } from '../http/message.ts'
import type { Session } from './session.ts'

/** The error for an answer to a write. */
export function refusalOf(session: Session, answer: HttpAnswer, doing: string, path: Path): SyncError {
  const said = parseErrorBody(answer.failure)
  const { host } = session
  if (answer.status === 400 && said?.exception.endsWith('\\InvalidPath') === true)
    return new SyncError('name-not-allowed', `${host} does not allow the name of ${path}: ${said.message}`, { path })
  // It says nothing else that is wrong with these requests: the sum of the bytes or their number is not what we announced.
  if (answer.status === 400 && said?.exception.endsWith('\\BadRequest') === true)
    return new SyncError('corrupt', `${path} did not arrive at ${host} as it was sent (“${said.message}”).`, { path })
  if (answer.status === 415)
    return new SyncError('too-large', `${host} does not take the content of ${path}.`, { path })
  return faultOf(host, answer, { doing, path })
}

/** Whether a 404 comes from the server itself: a proxy or a wrong address says it too, but proves nothing. */
export function isProvenMissing(answer: HttpAnswer): boolean {
  return answer.status === 404 && parseErrorBody(answer.failure) !== undefined
}
