import type { Migration } from '../../database/index.ts';

export const organizations: Migration = {
  name: 'tenancy/0001-organizations',
  sql: `
    create table tenancy_organization (
      id uuid primary key,
      slug text not null constraint tenancy_organization_slug unique,
      name text not null,
      tenant_id uuid not null constraint tenancy_organization_tenant unique,
      plan text not null,
      created_at timestamptz(3) not null
    );

    create table tenancy_service_account (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      name text not null,
      created_at timestamptz(3) not null,
      primary key (organization_id, id),
      constraint tenancy_service_account_name unique (organization_id, name)
    );

    create table tenancy_token (
      organization_id uuid not null,
      id uuid not null,
      service_account_id uuid not null,
      hash bytea not null constraint tenancy_token_hash unique,
      permissions text[] not null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3),
      last_used_at timestamptz(3),
      revoked_at timestamptz(3),
      primary key (organization_id, id),
      foreign key (organization_id, service_account_id) references tenancy_service_account
    );

    create table tenancy_application (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      client_id uuid not null constraint tenancy_application_client unique,
      name text not null,
      permissions text[] not null,
      secret_hash bytea not null,
      secret_salt bytea not null,
      created_at timestamptz(3) not null,
      last_used_at timestamptz(3),
      primary key (organization_id, id)
    );

    create table tenancy_signing_key (
      kid text primary key,
      public_jwk jsonb not null,
      private_jwk bytea not null,
      created_at timestamptz(3) not null
    );

    create table tenancy_key_check (
      sealed bytea not null
    );

    create table tenancy_audit_event (
      organization_id uuid not null references tenancy_organization,
      id uuid not null,
      at timestamptz(3) not null,
      actor_kind text not null,
      actor_id uuid,
      actor_name text not null,
      action text not null,
      target_type text not null,
      target_id text not null,
      target_name text,
      before jsonb,
      after jsonb,
      warning text,
      request_id text not null,
      primary key (organization_id, id)
    );
    create index tenancy_audit_event_target on tenancy_audit_event (organization_id, target_type, target_id, id);
  `,
};
