import { Drawer, Dropdown, Modal, Popover, Tooltip } from "antd";
import { useState, type ReactElement, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "./Icon";
import { Key } from "./small";

export interface Choice {
  key: string;
  label: ReactNode;
  icon?: IconName;
  /** The key that does the same without the menu. */
  shortcut?: string;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
}

/** A list of actions under a button; arrow keys and Escape work. */
export function ActionMenu({ items, children }: { items: (Choice | "line")[]; children: ReactElement }) {
  return (
    <Dropdown
      trigger={["click"]}
      placement="bottomRight"
      menu={{
        items: items.map((item, at) => item === "line" ? { type: "divider", key: at } : {
          key: item.key, danger: !!item.danger, disabled: !!item.disabled, onClick: item.onSelect,
          icon: item.icon && <Icon name={item.icon} />, label: item.label, extra: item.shortcut && <Key>{item.shortcut}</Key>,
        }),
      }}
    >
      {children}
    </Dropdown>
  );
}

/** A small form or explanation that floats by what was pressed. `children` may be a function that gets a way to close. */
export function Pop({ content, children, open, onOpenChange, title, placement = "bottomRight" }: {
  content: (close: () => void) => ReactNode;
  children: ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  title?: ReactNode;
  placement?: "bottomRight" | "bottomLeft" | "bottom" | "topLeft" | "topRight";
}) {
  const [own, setOwn] = useState(false);
  const shown = open ?? own;
  const change = (to: boolean) => { setOwn(to); onOpenChange?.(to); };
  return (
    <Popover arrow={false} trigger="click" placement={placement} open={shown} onOpenChange={change} title={title} destroyOnHidden
      content={<div className="pop" onKeyDown={(event) => { if (event.key === "Escape") change(false); }}>{content(() => change(false))}</div>}>
      {children}
    </Popover>
  );
}

/** A word or two on hover or focus. */
export function Tip({ text, children }: { text: ReactNode; children: ReactElement }) {
  return <Tooltip title={text} mouseEnterDelay={0.4}>{children}</Tooltip>;
}

/** A dialog for filling in or previewing something; never for asking "are you sure". */
export function Dialog({ open, onClose, title, width = 520, children, footer }: { open: boolean; onClose: () => void; title: ReactNode; width?: number; children: ReactNode; footer?: ReactNode }) {
  return <Modal open={open} onCancel={onClose} title={title} width={width} footer={footer ?? null} destroyOnHidden closable={{ "aria-label": useTranslation("ui").t("close") }}>{children}</Modal>;
}

/** Details that come up from the foot of a phone, or from the right of a wide screen. */
export function Sheet({ open, onClose, title, children, side }: { open: boolean; onClose: () => void; title: ReactNode; children: ReactNode; side?: boolean }) {
  return (
    <Drawer open={open} onClose={onClose} title={title} placement={side ? "right" : "bottom"} size={side ? 440 : "82vh"} destroyOnHidden
      closable={{ "aria-label": useTranslation("ui").t("close") }} rootClassName="sheet">
      {children}
    </Drawer>
  );
}
