package io.scopeguard.demo.api;

import io.scopeguard.Decision;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.token.AccessToken;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows what the guard knows of whoever asks, with any valid token. */
@RestController
public class MeController {

    @GetMapping("/me")
    Map<String, Object> me(Decision decision) {
        AccessToken token = decision.token();
        Map<String, Object> me = new LinkedHashMap<>();
        me.put("subject", token.subject().id());
        me.put("kind", token.kind().name().toLowerCase(Locale.ROOT));
        me.put("audience", token.audience().value());
        if (token.organization() != null) {
            me.put("organization", token.organization());
        }
        me.put("token_scopes", token.scopes().toList());
        LivePermissions live = decision.live();
        me.put("live_scopes", live == null ? "unknown" : live.granted().toList());
        me.put("effective_scopes", decision.effective().toList());
        me.put("drift", drift(decision.drift()));
        return me;
    }

    private static Map<String, List<String>> drift(ScopeDrift drift) {
        return Map.of(
                "demoted", drift.demoted().toList(),
                "promoted", drift.promoted().toList(),
                "new", drift.introduced().toList());
    }
}
