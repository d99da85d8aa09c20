package io.scopeguard.auth0;

import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Member;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The facts about subjects, as Auth0's Management API reports them, without permissions that no token shows. Thread-safe.
 */
final class Auth0PermissionSource implements PermissionSource {

    /** One set for all organizations and for the roles outside of them. */
    private static final DefinitionsKey ROLES = new DefinitionsKey("roles", null);

    private final ProviderTraits traits;
    private final Auth0Users users;
    private final Auth0Machines machines;
    private final Auth0Roles roles;
    private final Auth0Apis apis;
    private final TokenScopes tokenScopes;

    Auth0PermissionSource(
            ProviderTraits traits,
            Auth0Users users,
            Auth0Machines machines,
            Auth0Roles roles,
            Auth0Apis apis,
            TokenScopes tokenScopes) {
        this.traits = traits;
        this.users = users;
        this.machines = machines;
        this.roles = roles;
        this.apis = apis;
        this.tokenScopes = tokenScopes;
    }

    @Override
    public ProviderTraits traits() {
        return traits;
    }

    @Override
    public DefinitionsKey organizationRoles(String organization) {
        return ROLES;
    }

    @Override
    public DefinitionsKey globalRoles() {
        return ROLES;
    }

    @Override
    public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
        Answer<Membership> answer = usable(() -> subject.type() == Subject.Type.APPLICATION
                ? machines.membership(subject.id(), organization, context)
                : users.membership(subject.id(), organization, context));
        Membership found = answer.value();
        return new Answer<>(new Membership(found.standing(), shown(found.grants())), answer.isExplicit());
    }

    @Override
    public Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context) {
        return membership(subject, organization, context);
    }

    @Override
    public Page<Member> members(String organization, @Nullable String cursor, CallContext context) {
        return usable(() -> users.members(organization, cursor, context));
    }

    @Override
    public Answer<Account> account(Subject subject, CallContext context) {
        return shown(usable(() -> subject.type() == Subject.Type.APPLICATION
                ? machines.account(subject.id(), context)
                : users.account(subject.id(), context)));
    }

    @Override
    public Answer<Account> globalGrants(Subject subject, CallContext context) {
        return shown(usable(() -> subject.type() == Subject.Type.APPLICATION
                ? machines.account(subject.id(), context)
                : users.globalGrants(subject.id(), context)));
    }

    @Override
    public Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
        Map<String, RoleDefinition> definitions = usable(() -> roles.definitions(context));
        definitions.replaceAll((id, role) -> shown(role));
        apis.refresh(grantedBy(definitions.values()), context);
        return definitions;
    }

    private static Map<Audience, Scopes> grantedBy(Collection<RoleDefinition> definitions) {
        Map<Audience, Scopes> granted = new HashMap<>();
        for (RoleDefinition definition : definitions) {
            if (definition.scopes() != null) {
                definition.scopes().forEach((audience, scopes) -> granted.merge(audience, scopes, Scopes::or));
            }
        }
        return granted;
    }

    @Override
    public Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context) {
        return usable(() -> roles.scopesOf(role, context))
                .map(scopes -> new RoleScopes(shown(scopes.byAudience()), scopes.isComplete()));
    }

    private Answer<Account> shown(Answer<Account> answer) {
        Account found = answer.value();
        Grants grants = found.grants();
        return grants == null
                ? answer
                : new Answer<>(new Account(found.standing(), shown(grants)), answer.isExplicit());
    }

    private Grants shown(Grants grants) {
        return grants.direct().isEmpty() ? grants : new Grants(grants.roles(), shown(grants.direct()));
    }

    private RoleDefinition shown(RoleDefinition role) {
        Map<Audience, Scopes> scopes = role.scopes();
        return scopes == null
                ? role
                : new RoleDefinition(role.names(), shown(scopes), role.holderCount(), role.holders());
    }

    private Map<Audience, Scopes> shown(Map<Audience, Scopes> scopes) {
        Map<Audience, Scopes> shown = new HashMap<>(scopes);
        shown.replaceAll((audience, names) -> names.where(tokenScopes::canShow));
        return shown;
    }

    private static <T> T usable(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (SettingRefusedException e) {
            throw new PermissionsUnavailableException(Reason.REFUSED, "Auth0 refuses our own access.");
        }
    }
}
