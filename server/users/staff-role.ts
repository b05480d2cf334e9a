/** What a user is for the whole box. Neither role has a right to the contents of backups. */
export const staffRoles = ['administrator', 'implementor'] as const
export type StaffRole = (typeof staffRoles)[number]

export function isStaffRole(text: string): text is StaffRole {
  return (staffRoles as readonly string[]).includes(text)
}
