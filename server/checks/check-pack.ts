import type { RepositorySecrets } from '../../engine/index.ts'
import type { TaskAnswer } from '../worker-pool/tasks.ts'

export interface CheckPackInput {
  readonly secrets: RepositorySecrets
  readonly file: string
}
export interface CheckPackOutput {
  readonly file: string
}
export function checkPack(input: CheckPackInput): TaskAnswer<'check-pack'> {
  return { output: { file: input.file } }
}
