package io.scopeguard.redis;

import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Member;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.support.Directory;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One tenant as all replicas see it: it counts the calls that any of them makes. Thread-safe. */
final class Company {

    static final int PAGE = 100;

    final Map<String, Set<String>> rolesOf = new ConcurrentHashMap<>();
    final Map<String, Scopes> scopesOf = new ConcurrentHashMap<>(
            Map.of("reader", Scopes.of("read:report"), "writer", Scopes.of("read:report", "write:report")));
    final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    final Set<String> scopes = ConcurrentHashMap.newKeySet();
    /** The users of organizations that can be read by page, whether they are members or not. */
    final Map<String, List<String>> listed = new ConcurrentHashMap<>();

    private final AtomicInteger users = new AtomicInteger();
    volatile boolean isDown;
    volatile Runnable beforeAnswer = () -> {};

    Company() {
        scopes.addAll(List.of("read:report", "write:report"));
    }

    int calls(String operation) {
        return calls.getOrDefault(operation, new AtomicInteger()).get();
    }

    /** Adds a reader that nobody has asked about. */
    String newUser() {
        String user = "user-" + users.incrementAndGet();
        rolesOf.put(user, Set.of("reader"));
        return user;
    }

    /** How many calls there were of all kinds. */
    int calls() {
        return calls.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    void forgetCalls() {
        calls.clear();
    }

    Provider provider(SteadyClock clock) {
        return new Provider(clock);
    }

    /** The tenant, as one replica reaches it. */
    final class Provider extends Directory {

        Provider(SteadyClock steady) {
            super(URI.create("https://company.example"), Map.of(), steady);
        }

        /** Every delivery reports a change of the user that its body names. */
        @Override
        public EventReceiver eventReceiver() {
            return new EventReceiver() {
                @Override
                public String credentialHeader() {
                    return "Credential";
                }

                @Override
                public boolean isAdmissible(@Nullable String credential) {
                    return true;
                }

                @Override
                public Receipt receive(byte[] body, @Nullable String credential, Consumer<PermissionChange> changes) {
                    changes.accept(new PermissionChange.OfMember(
                            new Subject(Subject.Type.USER, new String(body, StandardCharsets.UTF_8)), "acme"));
                    return new Receipt(Outcome.APPLIED, "Member.Changed");
                }
            };
        }

        @Override
        public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
            called("membership", context);
            Set<String> roles = rolesOf.get(subject.id());
            beforeAnswer.run();
            return Answer.explicit(
                    roles == null ? Membership.none(Standing.NOT_A_MEMBER) : Membership.of(Grants.ofRoles(roles)));
        }

        @Override
        public ProviderTraits traits() {
            return new ProviderTraits(
                    PAGE, !listed.isEmpty(), false, 1, Set.of(), Set.of(), Set.of(), Map.of(), Duration.ZERO);
        }

        @Override
        public Page<Member> members(String organization, @Nullable String cursor, CallContext context) {
            called("members", context);
            List<Member> members = listed.getOrDefault(organization, List.of()).stream()
                    .filter(rolesOf::containsKey)
                    .map(user -> new Member(user, Membership.of(Grants.ofRoles(rolesOf.getOrDefault(user, Set.of())))))
                    .toList();
            beforeAnswer.run();
            int from = cursor == null ? 0 : Integer.parseInt(cursor);
            int to = Math.min(from + PAGE, members.size());
            return new Page<>(
                    members.subList(from, to), to < members.size() ? String.valueOf(to) : null, members.size());
        }

        @Override
        public Answer<Account> account(Subject subject, CallContext context) {
            called("account", context);
            return super.account(subject, context);
        }

        @Override
        public Answer<Account> globalGrants(Subject subject, CallContext context) {
            called("grants", context);
            return super.globalGrants(subject, context);
        }

        @Override
        public Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
            called("definitions", context);
            Map<String, ScopeCatalogue.Listing> listed = new HashMap<>();
            scopes.forEach(scope -> listed.put(scope, new ScopeCatalogue.Listing("id-" + scope, null)));
            catalogue().learn(Audience.ORGANIZATION, listed, clock().steady().nanos());
            Map<String, RoleDefinition> roles = new HashMap<>();
            scopesOf.forEach((id, granted) -> roles.put(id, RoleDefinition.of(Map.of(Audience.ORGANIZATION, granted))));
            return roles;
        }

        @Override
        public Optional<RoleScopes> roleScopes(
                DefinitionsKey key, String role, Audience audience, CallContext context) {
            called("scopes", context);
            return Optional.ofNullable(scopesOf.get(role))
                    .map(granted -> new RoleScopes(Map.of(Audience.ORGANIZATION, granted), true));
        }

        private void called(String operation, CallContext context) {
            context.begins();
            calls.computeIfAbsent(operation, name -> new AtomicInteger()).incrementAndGet();
            if (isDown) {
                throw new PermissionsUnavailableException(Reason.UNREACHABLE, "The company is down.");
            }
        }
    }
}
