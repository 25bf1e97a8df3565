/** Where the tile of each province of China stands: column and row from 1 on, roughly as on a map. */
export const tiles: Record<string, [column: number, row: number]> = {
  黑龙江: [9, 1], 内蒙古: [6, 2], 吉林: [9, 2],
  新疆: [1, 3], 甘肃: [4, 3], 宁夏: [5, 3], 山西: [6, 3], 北京: [7, 3], 天津: [8, 3], 辽宁: [9, 3],
  青海: [3, 4], 陕西: [5, 4], 河南: [6, 4], 河北: [7, 4], 山东: [8, 4],
  西藏: [2, 5], 四川: [4, 5], 重庆: [5, 5], 湖北: [6, 5], 安徽: [7, 5], 江苏: [8, 5], 上海: [9, 5],
  云南: [4, 6], 贵州: [5, 6], 湖南: [6, 6], 江西: [7, 6], 浙江: [8, 6],
  广西: [5, 7], 广东: [6, 7], 福建: [7, 7], 台湾: [9, 7],
  海南: [5, 8], 澳门: [6, 8], 香港: [7, 8],
};

/** How strong a tile is tinted, 0 to 1: by the square root, so that few are still seen beside many. */
export const tint = (customers: number, most: number): number => (most > 0 && customers > 0 ? 0.06 + 0.4 * Math.sqrt(customers / most) : 0);
