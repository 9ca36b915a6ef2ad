/** Lines of the report of `doctor`. */

/** One line of the report. */
export interface Finding {
  /** `note`: worth knowing, not a fault. */
  verdict: 'ok' | 'note' | 'fault'
  subject: string
  text: string
}

export function ok(subject: string, text: string): Finding {
  return { verdict: 'ok', subject, text }
}

export function note(subject: string, text: string): Finding {
  return { verdict: 'note', subject, text }
}

export function fault(subject: string, text: string): Finding {
  return { verdict: 'fault', subject, text }
}
