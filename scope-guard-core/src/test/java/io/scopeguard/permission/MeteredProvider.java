package io.scopeguard.permission;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A provider that answers at once, as often as the budget allows: everybody has the same role. */
final class MeteredProvider implements PermissionSource {

    static final Scopes SCOPES = Scopes.of("read:report");

    private static final String ROLE = "viewer";
    private static final Holdings HELD = Holdings.of(Set.of(ROLE));
    private static final RoleDefinitions ROLES =
            new RoleDefinitions(Map.of(ROLE, Map.of(Audience.ORGANIZATION, SCOPES)));

    private final CallBudget budget;
    private final boolean hasList;
    private final Map<String, List<MemberPage>> pages = new HashMap<>();
    private boolean metered;
    private int calls;

    /**
     * @param hasList whether members can be read by the page
     */
    MeteredProvider(Crowd crowd, CallBudget budget, boolean hasList) {
        this.budget = budget;
        this.hasList = hasList;
        Map<String, List<String>> members = new HashMap<>();
        crowd.users()
                .forEach(key -> members.computeIfAbsent(String.valueOf(key.organization()), id -> new ArrayList<>())
                        .add(key.subject().id()));
        members.forEach((organization, users) -> pages.put(organization, pages(users)));
    }

    /** From now on, calls cost. */
    void meter() {
        metered = true;
    }

    int calls() {
        return calls;
    }

    @Override
    public Holdings read(Holder holder, Urgency urgency) {
        call(urgency);
        return HELD;
    }

    @Override
    public Holdings confirm(Holder holder, Urgency urgency) {
        return read(holder, urgency);
    }

    @Override
    public RoleDefinitions definitions(RoleKind kind, Urgency urgency) {
        call(urgency);
        return ROLES;
    }

    @Override
    public @Nullable MemberPage members(String organization, int page, Urgency urgency) {
        if (!hasList) {
            return null;
        }
        call(urgency);
        return pages.getOrDefault(organization, List.of()).get(page - 1);
    }

    private void call(Urgency urgency) {
        if (metered) {
            budget.take(urgency);
            calls++;
        }
    }

    private static List<MemberPage> pages(List<String> users) {
        int count = (users.size() + Crowd.PAGE - 1) / Crowd.PAGE;
        List<MemberPage> pages = new ArrayList<>();
        for (int page = 0; page < count; page++) {
            Map<String, Holdings> byUser = new HashMap<>();
            users.subList(page * Crowd.PAGE, Math.min((page + 1) * Crowd.PAGE, users.size()))
                    .forEach(user -> byUser.put(user, HELD));
            pages.add(new MemberPage(byUser, count));
        }
        return pages;
    }
}
