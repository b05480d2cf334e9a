import { z } from '@hono/zod-openapi'

/** Bounds are those of the request's body: what is too long to be right is simply wrong, in the same words. */
export const credentialsSchema = z.object({
  email: z.string().openapi({ example: 'helen@office.example' }),
  password: z.string(),
  otp: z
    .string()
    .optional()
    .openapi({ description: 'A code of the second factor, or a recovery code, where the login has one.' }),
  stay: z.boolean().default(false).openapi({ description: 'Stay signed in for 30 days instead of 12 hours.' }),
})

/** The same as a browser's form sends it: a box that is not ticked is not sent at all. */
export const signInFormSchema = z.object({
  email: z.string(),
  password: z.string(),
  stay: z.string().optional(),
  next: z.string().optional(),
})

/** The second step: the code, and what stands for the first. */
export const codeFormSchema = z.object({ ticket: z.string(), otp: z.string(), next: z.string().optional() })
