import * as z from 'zod/mini'
import en from 'zod/v4/locales/en.js'

// zod/mini calls everything "Invalid input" until it is given a language.
z.config(en())
