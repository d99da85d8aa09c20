package io.scopeguard.redis;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Holder;
import io.scopeguard.provider.Member;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Priority;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.Subject;
import io.scopeguard.redis.AnswerStore.Found;
import io.scopeguard.redis.AnswerStore.Wanted;
import io.scopeguard.scope.Audience;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/**
 * Takes answers that another replica has just read, and makes all other reads. This replica treats each answer as if it came from
 * the provider, so a wrong value in Redis can do no more than a wrong response of the provider. Thread-safe.
 */
final class SharedPermissionSource implements PermissionSource {

    private static final int MEMBER_PARTS = 4;
    private static final TypeReference<Answer<Membership>> MEMBERSHIP = new TypeReference<>() {};
    private static final TypeReference<Answer<Account>> ACCOUNT = new TypeReference<>() {};
    private static final TypeReference<Page<Member>> MEMBERS = new TypeReference<>() {};
    private static final TypeReference<Page<Holder>> HOLDERS = new TypeReference<>() {};
    private static final TypeReference<Map<String, RoleDefinition>> DEFINITIONS = new TypeReference<>() {};
    private static final TypeReference<Optional<RoleScopes>> SCOPES = new TypeReference<>() {};

    private static final long MAX_LISTS = 100_000;

    /** A background read waits this many times longer than a request before its thread turns to another fact. */
    private static final int BACKGROUND_PATIENCE = 2;

    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final PermissionSource provider;
    private final AnswerStore store;
    private final Keys keys;
    private final SharedCatalogue catalogue;
    private final SharingListener listener;
    private final IntSupplier replicas;
    private final long patience;

    /** The number of the last answer about each list. An answer about a list is never taken twice. */
    private final Cache<String, Long> lists =
            Caffeine.newBuilder().maximumSize(MAX_LISTS).build();

    SharedPermissionSource(
            PermissionSource provider,
            AnswerStore store,
            Keys keys,
            SharedCatalogue catalogue,
            SharingListener listener,
            IntSupplier replicas,
            Duration patience) {
        this.provider = provider;
        this.replicas = replicas;
        this.patience = patience.toNanos();
        this.store = store;
        this.keys = keys;
        this.catalogue = catalogue;
        this.listener = listener;
    }

    @Override
    public ProviderTraits traits() {
        return provider.traits();
    }

    @Override
    public int readers() {
        return replicas.getAsInt();
    }

    @Override
    public DefinitionsKey organizationRoles(String organization) {
        return provider.organizationRoles(organization);
    }

    @Override
    public DefinitionsKey globalRoles() {
        return provider.globalRoles();
    }

    @Override
    public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
        return fact(
                name("membership", subject, organization),
                MEMBERSHIP,
                context,
                call -> provider.membership(subject, organization, call));
    }

    @Override
    public Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context) {
        return fact(
                name("confirmation", subject, organization),
                MEMBERSHIP,
                context,
                call -> provider.confirmMembership(subject, organization, call));
    }

    @Override
    public Page<Member> members(String organization, @Nullable String cursor, CallContext context) {
        return list(
                name("members", organization, cursor),
                MEMBERS,
                context,
                call -> provider.members(organization, cursor, call));
    }

    @Override
    public Answer<Account> account(Subject subject, CallContext context) {
        return fact(name("account", subject, null), ACCOUNT, context, call -> provider.account(subject, call));
    }

    @Override
    public Answer<Account> globalGrants(Subject subject, CallContext context) {
        return fact(name("grants", subject, null), ACCOUNT, context, call -> provider.globalGrants(subject, call));
    }

    @Override
    public Page<Holder> holders(String role, @Nullable String cursor, CallContext context) {
        return list(name("holders", role, cursor), HOLDERS, context, call -> provider.holders(role, cursor, call));
    }

    @Override
    public Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
        Map<String, RoleDefinition> roles = list(
                name("definitions", key.name(), key.organization()),
                DEFINITIONS,
                context,
                call -> definitionsOfProvider(key, call));
        catalogue.take();
        return roles;
    }

    /** Replicas that take the answer find its scopes in the catalogue, so that a new scope is new for them, too. */
    private Map<String, RoleDefinition> definitionsOfProvider(DefinitionsKey key, CallContext context) {
        Map<String, RoleDefinition> roles = provider.definitions(key, context);
        catalogue.add();
        return roles;
    }

    @Override
    public Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context) {
        return list(
                name("scopes", key.name() + '\n' + key.organization() + '\n' + role, audience.value()),
                SCOPES,
                context,
                call -> provider.roleScopes(key, role, audience, call));
    }

    private <T> T fact(String name, TypeReference<T> type, CallContext context, Function<CallContext, T> read) {
        return new Read<>(name, type, context, read, 0).answer();
    }

    private <T> T list(String name, TypeReference<T> type, CallContext context, Function<CallContext, T> read) {
        Long last = lists.getIfPresent(name);
        Read<T> wanted = new Read<>(name, type, context, read, last == null ? 0 : last);
        T answer = wanted.answer();
        if (wanted.order > 0) {
            lists.put(name, wanted.order);
        }
        return answer;
    }

    /** The names of the answers that show a fact, which is named as in its history: a member is read alone or by page. */
    static List<String> answersOf(String fact) {
        String[] parts = fact.split("\n", MEMBER_PARTS);
        return switch (parts[0]) {
            case "member" -> List.of("membership" + fact.substring(parts[0].length()), name("members", parts[2], null));
            case "account", "grants" -> List.of(parts[0] + '\n' + parts[1] + "\n\n" + parts[2]);
            default -> List.of();
        };
    }

    private static String name(String what, Subject subject, @Nullable String organization) {
        return what + '\n' + subject.type() + '\n' + (organization == null ? "" : organization) + '\n' + subject.id();
    }

    private static String name(String what, String of, @Nullable String part) {
        return what + '\n' + of + '\n' + (part == null ? "" : part);
    }

    /** One read. Used by one thread. */
    private final class Read<T> {

        private final String kind;
        private final byte[] key;
        private final TypeReference<T> type;
        private final CallContext context;
        private final Function<CallContext, T> read;
        private final long newerThan;
        private final long start = System.nanoTime();

        /** The number of the answer, once there is one. */
        private long order;

        Read(String name, TypeReference<T> type, CallContext context, Function<CallContext, T> read, long newerThan) {
            this.kind = name.substring(0, name.indexOf('\n'));
            this.key = keys.of("answer", name);
            this.type = type;
            this.context = context;
            this.read = read;
            this.newerThan = newerThan;
        }

        T answer() {
            while (true) {
                Found found = store.look(
                                new Wanted(key, context.notBefore(), newerThan, context.isConfirming(), isPatient()))
                        .orElse(null);
                if (found == null) {
                    return readAlone();
                }
                if (found.isLease()) {
                    return read(found);
                }
                if (!found.isAnswer()) {
                    waitForOther();
                    continue;
                }
                T taken = taken(found);
                if (taken != null) {
                    return taken;
                }
            }
        }

        /** Whether this read waits for another replica's lease: not if a request needs its own read or has waited long enough. */
        private boolean isPatient() {
            Priority priority = context.priority();
            return priority == Priority.BACKGROUND
                    || (priority == Priority.FOREGROUND && System.nanoTime() - start < patience);
        }

        private @Nullable T taken(Found found) {
            byte[] value = found.value();
            T answer = value == null ? null : SharedJson.read(value, type);
            if (answer == null) {
                return readAlone();
            }
            if (!context.takes(found.begunAt(), found.endedAt())) {
                // A request demands a later read by now.
                return null;
            }
            order = found.order();
            listener.read("replica", kind);
            return answer;
        }

        private T read(Found lease) {
            boolean isAnswered = false;
            try {
                LeasedRead leased = new LeasedRead(context);
                listener.read("provider", kind);
                T answer = read.apply(leased);
                store.store(key, lease, SharedJson.write(answer), context.isConfirming(), leased.oldestPart);
                order = lease.order();
                isAnswered = true;
                return answer;
            } finally {
                if (!isAnswered) {
                    store.release(key, lease);
                }
            }
        }

        private T readAlone() {
            listener.read("provider", kind);
            return read.apply(context);
        }

        private void waitForOther() {
            if (context.priority() == Priority.BACKGROUND
                    && System.nanoTime() - start > patience * BACKGROUND_PATIENCE) {
                listener.read("left", kind);
                throw new PermissionsUnavailableException(
                        Reason.BUDGET_EXHAUSTED, "Another replica is making this read.");
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            if (Thread.currentThread().isInterrupted()) {
                throw new PermissionsUnavailableException(
                        Reason.TIMEOUT, "Interrupted while waiting for another replica.");
            }
        }
    }

    /** The context of a read for all replicas. It notes when the oldest part of the answer was read. Used by one thread. */
    private static final class LeasedRead implements CallContext {

        private final CallContext context;
        private long oldestPart = AnswerStore.NO_OLDER_PART;

        LeasedRead(CallContext context) {
            this.context = context;
        }

        @Override
        public Priority priority() {
            return context.priority();
        }

        @Override
        public void begins() {
            context.begins();
        }

        @Override
        public long notBefore() {
            return context.notBefore();
        }

        @Override
        public boolean isConfirming() {
            return context.isConfirming();
        }

        @Override
        public boolean takes(long begunAt, long endedAt) {
            boolean isTaken = context.takes(begunAt, endedAt);
            oldestPart = isTaken ? Math.min(oldestPart, begunAt) : oldestPart;
            return isTaken;
        }
    }
}
