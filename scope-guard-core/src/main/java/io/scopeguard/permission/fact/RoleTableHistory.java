package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.Changes.Gain;
import io.scopeguard.permission.fact.RoleTable.Meaning;
import io.scopeguard.permission.fact.RoleTable.Role;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Converts a table of roles to a history that other processes can continue. Its elements are the scopes of the roles.
 *
 * @hidden
 */
@Internal
public final class RoleTableHistory {

    private static final String BETWEEN = "\n";
    private static final int PARTS = 3;

    /** Longer tables are not stored. */
    private static final int MAX_ELEMENTS = 20_000;

    private final Set<String> elements = new HashSet<>();
    private final List<FactHistory.Gain> gains = new ArrayList<>();
    private final List<FactHistory.Loss> losses = new ArrayList<>();

    private RoleTableHistory() {}

    /** Names the history across processes. */
    static String name(DefinitionsKey set) {
        String organization = set.organization();
        return "roles" + BETWEEN + set.name() + BETWEEN + (organization == null ? "" : organization);
    }

    /** The history of a set; {@code null} if it is too long to be stored. */
    static @Nullable FactHistory of(RoleSet set) {
        RoleTableHistory history = new RoleTableHistory();
        set.table()
                .roles()
                .forEach((id, role) -> role.meanings()
                        .forEach((audience, meaning) ->
                                history.add(id + BETWEEN + audience.value() + BETWEEN, meaning)));
        return history.elements.size() > MAX_ELEMENTS
                ? null
                : new FactHistory(
                        null,
                        history.elements,
                        set.readAt(),
                        Long.MIN_VALUE,
                        Long.MIN_VALUE,
                        history.gains,
                        history.losses,
                        true);
    }

    private void add(String prefix, Meaning meaning) {
        meaning.scopes().toList().forEach(scope -> {
            Gain gain = meaning.changes().gain(scope, meaning.firstEnd());
            elements.add(prefix + scope);
            gains.add(new FactHistory.Gain(prefix + scope, gain.lackedUntil(), gain.end()));
        });
        meaning.changes()
                .lossesList()
                .forEach(loss -> losses.add(new FactHistory.Loss(
                        prefix + loss.role(), loss.lackedUntil(), loss.end(), loss.noticed(), loss.lostAt())));
    }

    /** The roles in the history of another process. They count as unread until this process reads them. */
    static RoleTable recalled(FactHistory history) {
        Changes changes = Changes.recalled(history);
        Map<String, Map<Audience, Set<String>>> held = new HashMap<>();
        history.roles().forEach(element -> {
            String[] parts = element.split(BETWEEN, PARTS);
            if (parts.length == PARTS) {
                held.computeIfAbsent(parts[0], id -> new HashMap<>())
                        .computeIfAbsent(new Audience(parts[1]), audience -> new HashSet<>())
                        .add(parts[2]);
            }
        });
        Map<String, Role> roles = new HashMap<>();
        held.forEach((id, scopes) -> roles.put(id, role(id, scopes, changes)));
        return RoleTable.of(roles);
    }

    private static Role role(String id, Map<Audience, Set<String>> held, Changes changes) {
        Map<Audience, Meaning> meanings = new HashMap<>();
        held.forEach((audience, scopes) ->
                meanings.put(audience, meaning(id + BETWEEN + audience.value() + BETWEEN, scopes, changes)));
        return new Role(
                Set.of(),
                Map.copyOf(meanings),
                false,
                RoleDefinition.UNKNOWN_COUNT,
                null,
                Long.MIN_VALUE,
                Long.MIN_VALUE,
                true);
    }

    private static Meaning meaning(String prefix, Set<String> scopes, Changes changes) {
        Map<String, Gain> gains = new HashMap<>();
        scopes.forEach(scope -> gains.put(scope, changes.gain(prefix + scope, Long.MIN_VALUE)));
        Map<String, Changes.Loss> losses = new HashMap<>();
        changes.losses().forEach((element, loss) -> {
            if (element.startsWith(prefix)) {
                losses.put(element.substring(prefix.length()), loss);
            }
        });
        return new Meaning(
                Scopes.ofTokens(scopes),
                new Changes(Map.copyOf(gains), Map.copyOf(losses)),
                Long.MIN_VALUE,
                Long.MIN_VALUE,
                true);
    }
}
