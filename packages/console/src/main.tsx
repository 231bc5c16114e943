import './zod-without-eval.js'
import './ui/base.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { startLive } from './data/live/live.js'
import { session } from './data/session.js'
import { router } from './router.js'
import { applyTheme } from './shell/theme.js'

/** A page of before an upgrade asks for files that are no more: it loads the new one, once. */
const RELOADED = 'epr.reloaded'
addEventListener('vite:preloadError', (event) => {
  if (sessionStorage.getItem(RELOADED) === location.href) return
  sessionStorage.setItem(RELOADED, location.href)
  event.preventDefault()
  location.reload()
})

const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: false, refetchOnWindowFocus: false, staleTime: 30_000, networkMode: 'always' },
  },
})
session.subscribe(() => {
  if (!session.isRefused) void queries.invalidateQueries()
})

applyTheme()
startLive()
const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  )
}
