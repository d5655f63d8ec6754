"""GraphQL: the contract that front ends code against. The only home of strawberry."""
