package io.scopeguard.permission;

import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A provider with organizations, members and roles, which counts what it is asked. */
final class TestDirectory implements PermissionSource {

    static final Audience API = Audience.resource("https://api.example.test");

    private static final int PAGE = 100;

    private final Map<String, Map<String, Holdings>> organizations = new HashMap<>();
    private final Map<String, Map<Audience, Scopes>> roles = new HashMap<>();
    private final Map<String, Map<Audience, Scopes>> globalRoles = new HashMap<>();
    private final List<String> calls = new ArrayList<>();
    private boolean down;
    private boolean half;

    TestDirectory role(String id, String... scopes) {
        roles.put(id, Map.of(Audience.ORGANIZATION, Scopes.of(scopes), API, Scopes.of(scopes)));
        return this;
    }

    TestDirectory globalRole(String id, String... scopes) {
        globalRoles.put(id, Map.of(API, Scopes.of(scopes)));
        return this;
    }

    TestDirectory member(String organization, String user, String... held) {
        organizations.computeIfAbsent(organization, id -> new LinkedHashMap<>()).put(user, Holdings.of(Set.of(held)));
        return this;
    }

    TestDirectory members(String organization, int count, String... held) {
        for (int i = 0; i < count; i++) {
            member(organization, "user-" + i, held);
        }
        return this;
    }

    void suspend(String organization, String user) {
        organizations.get(organization).put(user, Holdings.none(Standing.SUSPENDED));
    }

    void leave(String organization, String user) {
        organizations.get(organization).remove(user);
    }

    void clear() {
        organizations.values().forEach(Map::clear);
    }

    void removeRole(String id) {
        roles.remove(id);
    }

    void clearRoles() {
        roles.clear();
    }

    void down(boolean isDown) {
        down = isDown;
    }

    /** Whether the next list of roles is empty, and those after it whole again. */
    void answerHalf() {
        half = true;
    }

    long calls(String operation) {
        return calls.stream().filter(operation::equals).count();
    }

    int calls() {
        return calls.size();
    }

    void forgetCalls() {
        calls.clear();
    }

    @Override
    public Holdings read(Holder holder, Urgency urgency) {
        asked("read");
        return holdings(holder);
    }

    @Override
    public Holdings confirm(Holder holder, Urgency urgency) {
        asked("confirm");
        return holdings(holder);
    }

    @Override
    public RoleDefinitions definitions(RoleKind kind, Urgency urgency) {
        asked("definitions");
        boolean empty = half;
        half = false;
        return new RoleDefinitions(empty ? Map.of() : kind == RoleKind.ORGANIZATION ? roles : globalRoles);
    }

    @Override
    public MemberPage members(String organization, int page, Urgency urgency) {
        asked("members");
        Map<String, Holdings> all = organizations.getOrDefault(organization, Map.of());
        Map<String, Holdings> listed = new HashMap<>();
        all.entrySet().stream()
                .skip((page - 1L) * PAGE)
                .limit(PAGE)
                .forEach(entry -> listed.put(entry.getKey(), entry.getValue()));
        return new MemberPage(listed, (all.size() + PAGE - 1) / PAGE);
    }

    private void asked(String operation) {
        calls.add(operation);
        if (down) {
            throw new PermissionsUnavailableException(Reason.UNREACHABLE, "down");
        }
    }

    private Holdings holdings(Holder holder) {
        return organizations
                .getOrDefault(String.valueOf(holder.organization()), Map.of())
                .getOrDefault(holder.id(), Holdings.none(Standing.NOT_A_MEMBER));
    }
}
