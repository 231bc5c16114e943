-- Whose tokens are taken for those of CI jobs. `document` is as it was declared; `issuer` is the `iss` of the tokens.
create table issuers (
  name text primary key,
  issuer text not null unique,
  document json not null,
  updated_at timestamptz not null default now()
);
