import * as z from 'zod/mini'
import en from 'zod/v4/locales/en.js'

// Without a language, zod/mini calls everything "Invalid input".
z.config(en())
