import * as z from 'zod'

// Before any schema is made: zod would try whether it may compile them, which the page's policy reports as a violation.
z.config({ jitless: true })
