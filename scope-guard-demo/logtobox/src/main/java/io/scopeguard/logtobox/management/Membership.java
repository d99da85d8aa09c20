package io.scopeguard.logtobox.management;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the event of a changed membership: the added and the removed members. An empty list is left out. */
final class Membership {

    static final String UPDATED = "Organization.Membership.Updated";

    private static final int MAX_IDS = 5000;

    private Membership() {}

    static Map<String, ?> change(
            String organizationId, String addedName, List<String> added, String removedName, List<String> removed) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("organizationId", organizationId);
        put(members, addedName, added);
        put(members, removedName, removed);
        return members;
    }

    private static void put(Map<String, Object> members, String name, List<String> ids) {
        if (!ids.isEmpty()) {
            members.put(name, ids.stream().limit(MAX_IDS).toList());
        }
    }
}
