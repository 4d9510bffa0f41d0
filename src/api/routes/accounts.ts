// Accounts, their app passwords, and the folders that they were granted.
import * as v from 'valibot'
import { topic } from '../route.ts'
import {
  Account,
  AccountChange,
  AccountDraft,
  AccountName,
  AppPassword,
  AppPasswordDraft,
  AppPasswordMade,
  Grant,
  GrantDraft,
} from '../shapes/accounts.ts'
import { Id, Ok, text } from '../shapes/shape.ts'
import { DONE } from './parts.ts'

const route = topic('accounts')
const OfAccount = v.object({ account: AccountName })

const ACCOUNTS = [
  route('GET /accounts', {
    id: 'listAccounts',
    summary: 'All accounts of the host',
    answer: v.object({ accounts: v.array(Account) }),
    handle: async service => ({ accounts: await service.accounts.list() }),
  }),
  route('POST /accounts', {
    id: 'addAccount',
    summary: 'Make an account and its home',
    body: AccountDraft,
    answer: Account,
    status: 201,
    handle: (service, { body }) => service.accounts.add(body),
  }),
  route('GET /accounts/:account', {
    id: 'getAccount',
    summary: 'One account',
    params: OfAccount,
    answer: Account,
    handle: (service, { params }) => service.accounts.get(params.account),
  }),
  route('PATCH /accounts/:account', {
    id: 'changeAccount',
    summary: 'Change an account; a new password ends its sessions',
    params: OfAccount,
    body: AccountChange,
    answer: Account,
    handle: (service, { params, body }) => service.accounts.change(params.account, body),
  }),
  route('DELETE /accounts/:account', {
    id: 'removeAccount',
    summary: 'Remove an account with its sessions, app passwords and grants',
    params: OfAccount,
    query: v.object({ home: v.exactOptional(v.picklist(['keep-files', 'remove-files'])) }),
    answer: Ok,
    handle: async (service, { params, query }) => {
      await service.accounts.remove(params.account, query.home ?? 'keep-files')
      return DONE
    },
  }),
]

const APP_PASSWORDS = [
  route('GET /accounts/:account/app-passwords', {
    id: 'listAppPasswords',
    summary: 'App passwords of an account, without the passwords',
    params: OfAccount,
    answer: v.object({ appPasswords: v.array(AppPassword) }),
    handle: async (service, { params }) => ({ appPasswords: await service.accounts.appPasswords(params.account) }),
  }),
  route('POST /accounts/:account/app-passwords', {
    id: 'addAppPassword',
    summary: 'Make an app password; it is told this once',
    params: OfAccount,
    body: AppPasswordDraft,
    answer: AppPasswordMade,
    status: 201,
    handle: (service, { params, body }) => service.accounts.addAppPassword(params.account, body.label),
  }),
  route('DELETE /accounts/:account/app-passwords/:id', {
    id: 'removeAppPassword',
    summary: 'Revoke an app password',
    params: v.object({ account: AccountName, id: text(200, 1) }),
    answer: Ok,
    handle: async (service, { params }) => {
      await service.accounts.removeAppPassword(params.account, params.id)
      return DONE
    },
  }),
]

const GRANTS = [
  route('GET /grants', {
    id: 'listGrants',
    summary: 'Which accounts have which folders in their tree',
    answer: v.object({ grants: v.array(Grant) }),
    handle: async service => ({ grants: await service.grants.list() }),
  }),
  route('POST /grants', {
    id: 'addGrant',
    summary: 'Put a folder into the tree of an account',
    body: GrantDraft,
    answer: Grant,
    status: 201,
    handle: (service, { body }) => service.grants.add(body),
  }),
  route('DELETE /grants/:folder/:account', {
    id: 'removeGrant',
    summary: 'Take a folder out of the tree of an account',
    params: v.object({ folder: Id, account: AccountName }),
    answer: Ok,
    handle: async (service, { params }) => {
      await service.grants.remove(params.folder, params.account)
      return DONE
    },
  }),
]

export const ACCOUNT_ROUTES = [...ACCOUNTS, ...APP_PASSWORDS, ...GRANTS]
