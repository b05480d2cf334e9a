import type { Queryable, Transaction } from '../database/database.ts'
import { type Fingerprint, fingerprintSchema } from '../devices/fingerprint.ts'
import type { IdentityVerdict } from '../devices/identity-score.ts'
import type { Id } from '../runtime/ids.ts'
import { type ConnectQuestion, type QuestionAnswer, questionsKept } from './identity.ts'

export interface ConnectQuestionRow {
  readonly id: Id<'ask'>
  readonly customer_id: Id<'cus'>
  readonly print: string
  readonly device_id: Id<'dev'>
  readonly enrolment_id: Id<'enr'> | null
  readonly verdict: IdentityVerdict
  readonly likeness: number
  readonly name: string
  readonly fingerprint: string
  readonly address: string
  readonly asked_at: number
  readonly last_at: number
  readonly answer: QuestionAnswer | null
  readonly answered_at: number | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly connect_questions: ConnectQuestionRow
  }
}

export interface NewQuestion {
  readonly questionId: Id<'ask'>
  readonly customerId: Id<'cus'>
  readonly deviceId: Id<'dev'>
  readonly enrolmentId: Id<'enr'> | undefined
  readonly verdict: IdentityVerdict
  readonly likeness: number
  readonly name: string
  readonly fingerprint: Fingerprint
  readonly address: string
  readonly at: number
}

/** In the place of whatever this computer asked before. The oldest of the customer go when there are too many. */
export async function putQuestion(tx: Transaction, question: NewQuestion): Promise<void> {
  const { customerId, fingerprint, at } = question
  await deleteQuestion(tx, customerId, fingerprint.print)
  await tx
    .insertInto('connect_questions')
    .values({
      id: question.questionId,
      customer_id: customerId,
      print: fingerprint.print,
      device_id: question.deviceId,
      enrolment_id: question.enrolmentId ?? null,
      verdict: question.verdict,
      likeness: question.likeness,
      name: question.name,
      fingerprint: JSON.stringify(fingerprint),
      address: question.address,
      asked_at: at,
      last_at: at,
      answer: null,
      answered_at: null,
    })
    .execute()
  const [lastKept] = await tx
    .selectFrom('connect_questions')
    .select('last_at')
    .where('customer_id', '=', customerId)
    .orderBy('last_at', 'desc')
    .offset(questionsKept)
    .limit(1)
    .execute()
  if (lastKept === undefined) return
  await tx
    .deleteFrom('connect_questions')
    .where('customer_id', '=', customerId)
    .where('last_at', '<=', lastKept.last_at)
    .execute()
}

export async function repeatQuestion(
  db: Queryable,
  repeated: { readonly questionId: Id<'ask'>; readonly at: number; readonly address: string; readonly name: string },
): Promise<void> {
  const { questionId, at, address, name } = repeated
  await db.updateTable('connect_questions').set({ last_at: at, address, name }).where('id', '=', questionId).execute()
}

export async function findQuestion(db: Queryable, questionId: Id<'ask'>): Promise<ConnectQuestion | undefined> {
  const row = await db.selectFrom('connect_questions').selectAll().where('id', '=', questionId).executeTakeFirst()
  return row && toQuestion(row)
}

/** What this computer asked a customer. */
export async function findQuestionOf(db: Queryable, customerId: Id<'cus'>, print: string): Promise<ConnectQuestion | undefined> {
  const query = db.selectFrom('connect_questions').selectAll().where('customer_id', '=', customerId).where('print', '=', print)
  const row = await query.executeTakeFirst()
  return row && toQuestion(row)
}

/** Those without an answer, that were asked since. */
export async function listOpenQuestions(
  db: Queryable,
  asked: { readonly customerId: Id<'cus'>; readonly sinceMs: number },
): Promise<readonly ConnectQuestion[]> {
  const rows = await db
    .selectFrom('connect_questions')
    .selectAll()
    .where('customer_id', '=', asked.customerId)
    .where('answer', 'is', null)
    .where('last_at', '>', asked.sinceMs)
    .orderBy('asked_at')
    .limit(questionsKept)
    .execute()
  return rows.map(toQuestion)
}

/** False when somebody else was quicker. */
export async function answerQuestion(
  tx: Transaction,
  answered: { readonly questionId: Id<'ask'>; readonly answer: QuestionAnswer; readonly answeredAt: number },
): Promise<boolean> {
  const result = await tx
    .updateTable('connect_questions')
    .set({ answer: answered.answer, answered_at: answered.answeredAt })
    .where('id', '=', answered.questionId)
    .where('answer', 'is', null)
    .executeTakeFirstOrThrow()
  return result.numUpdatedRows === 1n
}

export async function deleteQuestion(db: Queryable, customerId: Id<'cus'>, print: string): Promise<void> {
  await db.deleteFrom('connect_questions').where('customer_id', '=', customerId).where('print', '=', print).execute()
}

export async function deleteQuestionsAbout(db: Queryable, deviceId: Id<'dev'>): Promise<void> {
  await db.deleteFrom('connect_questions').where('device_id', '=', deviceId).execute()
}

function toQuestion(row: ConnectQuestionRow): ConnectQuestion {
  return {
    questionId: row.id,
    customerId: row.customer_id,
    deviceId: row.device_id,
    enrolmentId: row.enrolment_id ?? undefined,
    verdict: row.verdict,
    likeness: row.likeness,
    name: row.name,
    fingerprint: fingerprintSchema.parse(JSON.parse(row.fingerprint)),
    address: row.address,
    askedAt: row.asked_at,
    lastAt: row.last_at,
    answer: row.answer ?? undefined,
    answeredAt: row.answered_at ?? undefined,
  }
}
