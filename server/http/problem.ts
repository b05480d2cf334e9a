import { type ProblemCode, problemCatalogue, type WhoCanFix } from './problem-catalogue.ts'

export interface FieldError {
  /** Where in the request: `body.email`, `query.cursor`. */
  readonly field: string
  readonly message: string
}

export interface ProblemOptions {
  /** This case in words. Safe to show: never a secret, a path of the box, or a stranger's data. */
  readonly detail?: string
  /** Replaces the catalogue's hint where the case allows a better one. */
  readonly hint?: string
  readonly errors?: readonly FieldError[]
  /** Further members of the document, such as `missing` ids. They cannot displace the standard ones. */
  readonly members?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

/** Ends a request with a code of the catalogue. Thrown by routes and borders only; services throw their area's own errors. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly options: ProblemOptions

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(`${code}: ${options.detail ?? problemCatalogue[code].title}`, { cause: options.cause })
    this.code = code
    this.options = options
  }
}

/** RFC 9457 problem details, with Holdfast's members. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ProblemCode
  readonly detail: string
  readonly hint: string
  readonly who: WhoCanFix
  readonly requestId: string
  readonly errors?: readonly FieldError[]
  readonly [member: string]: unknown
}

export const problemMediaType = 'application/problem+json'

/** Where the box serves the manual's pages of codes. */
export const errorPagesPath = '/docs/errors'

export function problemPagePath(code: ProblemCode): string {
  return `${errorPagesPath}/${code}`
}

export function problemDocument(problem: Problem, requestId: string): ProblemDocument {
  const { status, title, who, hint } = problemCatalogue[problem.code]
  const { detail, errors, members } = problem.options
  return {
    ...members,
    type: problemPagePath(problem.code),
    title,
    status,
    code: problem.code,
    detail: detail ?? `${title}.`,
    hint: problem.options.hint ?? hint,
    who,
    requestId,
    ...(errors === undefined ? {} : { errors }),
  }
}

export function problemResponse(problem: Problem, requestId: string): Response {
  const document = problemDocument(problem, requestId)
  return new Response(JSON.stringify(document), {
    status: document.status,
    headers: { ...problem.options.headers, 'content-type': problemMediaType },
  })
}
