// The page: a visitor signs in, a member sees the pool, the link of a mail sets a new password.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { NewPassword, Visitor } from './account'
import { crm, onSignedOut } from './crm'
import { Pool } from './pool'

// The client waits and repeats by itself.
const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })

function App() {
  const [isSignedIn, setSignedIn] = useState<boolean>()
  useEffect(() => onSignedOut(() => setSignedIn(false)), [])
  useEffect(() => {
    crm.GET('/v1/auth/me').then(
      ({ data }) => setSignedIn(data !== undefined),
      () => setSignedIn(false),
    )
  }, [])
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (location.pathname === '/reset-password' && token) return <NewPassword token={token} />
  if (isSignedIn === undefined) return null
  return isSignedIn ? <Pool /> : <Visitor onSession={() => setSignedIn(true)} />
}

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  )
}
