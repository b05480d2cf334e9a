import { z } from 'zod'
import { describeApi } from '../app.ts'
import { defineCommand } from '../cli/command.ts'
import { readVersion } from '../runtime/version.ts'
import type { OpenApiDocument } from './openapi-document.ts'

/** `holdfast openapi`: the description that the box serves at /api/v1/openapi.json. */
export const openApiCommand = defineCommand({
  name: 'openapi',
  options: [],
  input: z.object({}),
  prepare: () => ({}),
  run: async (_input, { services }) => {
    const document: OpenApiDocument = describeApi(services, readVersion())
    return { result: { document } }
  },
  present: ({ document }) => ({ text: JSON.stringify(document, null, 2), json: document }),
})
